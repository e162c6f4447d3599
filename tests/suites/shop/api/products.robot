*** Settings ***
Documentation       Reading the catalogue.

Library             Collections
Library             ../library/ShopApi.py
Variables           ../resources/address.py

Test Setup          Visit Shop    ${SHOP}
Test Tags           catalogue


*** Test Cases ***
The Shop Is Well
    [Tags]    smoke    critical
    ${answer} =    Get    health
    Status Should Be    200
    Should Be Equal    ${answer}[status]    ok

Every Product Is Complete
    ${answer} =    Get    products
    Length Should Be    ${answer}[products]    ${answer}[total]
    FOR    ${product}    IN    @{answer}[products]
        Should Be True    $product['price'] > 0 and $product['stock'] >= 0
        Should Match Regexp    ${product}[id]    ^[a-z-]+$
        Should Not Be Empty    ${product}[description]
    END

Products Can Be Searched
    [Template]    Search Should Find
    mug                  harbour-mug
    ramen blue           tide-ramen-bowl
    BONE                 quiet-teapot
    velvet
    handle three mug     harbour-mug

One Product Can Be Read
    ${jug} =    Get    products/dune-jug
    Status Should Be    200
    Should Be Equal    ${jug}[name]    Dune Jug

Bad Questions Are Refused
    Get    products/golden-bathtub
    Error Should Be    404    unknown_product
    Get    products    sort=weight
    Error Should Be    400    unknown_sort
    Get    nowhere
    Error Should Be    404    unknown_path


*** Keywords ***
Search Should Find
    [Documentation]    Compares the ids of the products found.
    [Arguments]    ${words}    @{expected}
    ${answer} =    Get    products    search=${words}
    ${ids} =    Evaluate    [product['id'] for product in $answer['products']]
    Lists Should Be Equal    ${ids}    ${expected}
