*** Settings ***
Documentation       What is for sale: categories, order and the pages of single products.

Resource            ../resources/shop.resource

Test Tags           catalogue


*** Test Cases ***
Every Card Has A Name And A Price
    ${cards} =    Get Element Count    data:test:card
    ${prices} =    Get WebElements    data:test:card-price
    Length Should Be    ${prices}    ${cards}
    FOR    ${price}    IN    @{prices}
        Should Match Regexp    ${price.text}    ^€\\d+\\.\\d\\d$
    END

A Category Shows Its Pieces Only
    [Tags]    critical
    Press    category-plates
    Shown Products Should Be    Moor Dinner Plate    Linen Side Plate
    Press    category-all
    Text Should Be    found    12 pieces

The Cheapest Can Be First
    Press    category-cups
    Sort By    Price, low to high
    Shown Products Should Be    Ember Espresso Cup    Morning Tumbler    Harbour Mug

The Dearest Can Be First
    Press    category-vases
    Sort By    Price, high to low
    Shown Products Should Be    Moon Vase    Juniper Bud Vase

Names Can Be In Order
    Press    category-bowls
    Sort By    Name
    Shown Products Should Be    Oat Breakfast Bowl    Pebble Dish    Tide Ramen Bowl

A Card Leads To Its Product
    [Tags]    critical
    Press    card    css:[data-product="dune-jug"]
    Text Should Be    product-name    Dune Jug
    Text Should Be    product-price    €52.00
    Title Should Become    Dune Jug

What Is Sold Out Cannot Be Bought
    Open Page    /product/moon-vase
    Text Should Be    add    Sold out
    Element Should Be Disabled    data:test:add

The Back Button Leads Back To The Category
    Press    category-pouring
    Press    card    css:[data-product="quiet-teapot"]
    Go Back
    Text Should Be    found    2 pieces
    Shown Products Should Be    Quiet Teapot    Dune Jug

An Unknown Product Has A Page Of Its Own
    Open Page    /product/golden-bathtub
    Should Be Shown    not-found


*** Keywords ***
Sort By
    [Documentation]    Chooses an order of the cards.
    [Arguments]    ${order}
    Select From List By Label    data:test:sort    ${order}
    Wait Until Idle
