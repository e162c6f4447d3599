*** Settings ***
Documentation       Can anything be bought at all? The run ends early when this fails.

Resource            ../resources/shop.resource

Test Tags           smoke    critical


*** Test Cases ***
The Shop Is Open
    Title Should Become    Stoneware
    Text Should Be    found    12 pieces
    Keep Picture

A Visitor Buys A Mug
    [Documentation]    From the first card to the confirmation, with a picture of every page on the way.
    Choose A Mug
    Pay For It
    Should Be Shown    order
    Text Should Be    order-lines    1 × Harbour Mug\n€24.00
    Keep Picture


*** Keywords ***
Choose A Mug
    [Documentation]    From the shelf into the cart.
    Press    card    css:[data-product="harbour-mug"]
    Text Should Be    product-name    Harbour Mug
    Press    add
    Press    to-cart
    Text Should Be    total    €30.90
    Keep Picture

Pay For It
    [Documentation]    From the cart through the checkout.
    Press    to-checkout
    Fill Checkout Form
    Keep Picture
    Press    place-order
