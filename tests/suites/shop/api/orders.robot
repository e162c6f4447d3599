*** Settings ***
Documentation       Carts and orders: the sums, the refusals and who may see what.

Library             ../library/ShopApi.py
Resource            ../resources/orders.resource
Variables           ../resources/address.py

Test Setup          Visit Shop    ${SHOP}
Test Tags           order


*** Test Cases ***
The Shop Adds Up
    [Tags]    critical
    Put    cart/harbour-mug    quantity=${2}
    ${cart} =    Put    cart/pebble-dish    quantity=${1}
    Status Should Be    200
    Should Be Equal    ${cart}[count]    ${3}
    Should Be Equal    ${cart}[subtotal]    ${6000}
    Should Be Equal    ${cart}[shipping]    ${690}
    Should Be Equal    ${cart}[total]    ${6690}

Putting Twice Is Putting Once
    [Documentation]    PUT says how many there are, not how many more; a repeated request does no harm.
    Put    cart/harbour-mug    quantity=${2}
    ${cart} =    Put    cart/harbour-mug    quantity=${2}
    Should Be Equal    ${cart}[count]    ${2}

Bad Quantities Are Refused
    [Template]    Quantity Should Be Refused
    ${-1}       400    bad_quantity
    ${1.5}      400    bad_quantity
    two         400    bad_quantity
    ${True}     400    bad_quantity
    ${None}     400    bad_quantity
    ${3}        409    not_enough

A Body That Is Not JSON Is Refused
    Put Text    cart/harbour-mug    {"quantity": 1
    Error Should Be    400    bad_json
    Put Text    cart/harbour-mug    [1]
    Error Should Be    400    bad_json

An Order Empties The Cart And Takes From The Stock
    [Tags]    critical
    ${before} =    Get    products/pebble-dish
    Put    cart/pebble-dish    quantity=${3}
    ${order} =    Post    orders    &{GOOD ORDER}
    Status Should Be    201
    Should Match Regexp    ${order}[number]    ^SK-\\d+$
    ${cart} =    Get    cart
    Should Be Equal    ${cart}[count]    ${0}
    ${after} =    Get    products/pebble-dish
    Should Be Equal As Integers    ${after}[stock]    ${{ $before["stock"] - 3 }}

An Order Needs A Cart
    Post    orders    &{GOOD ORDER}
    Error Should Be    409    empty_cart

A Bad Order Names Its Fields
    Put    cart/pebble-dish    quantity=${1}
    VAR    &{bad} =    &{GOOD ORDER}    email=nobody    cvc=1
    ${answer} =    Post    orders    &{bad}
    Error Should Be    422    invalid
    Should Be Equal    ${{ sorted($answer['fields']) }}    ${{ ['cvc', 'email'] }}

A Declined Card Leaves The Cart As It Was
    Put    cart/pebble-dish    quantity=${1}
    VAR    &{declined} =    &{GOOD ORDER}    card=${DECLINED CARD}
    Post    orders    &{declined}
    Error Should Be    402    declined
    ${cart} =    Get    cart
    Should Be Equal    ${cart}[count]    ${1}

Nobody Sees Another Visitor's Order
    [Tags]    security
    Put    cart/pebble-dish    quantity=${1}
    ${order} =    Post    orders    &{GOOD ORDER}
    Get    orders/${order}[number]
    Status Should Be    200
    Visit Shop    ${SHOP}
    Get    orders/${order}[number]
    Error Should Be    404    unknown_order


*** Keywords ***
Quantity Should Be Refused
    [Documentation]    Puts teapots into the cart, of which there are two.
    [Arguments]    ${quantity}    ${status}    ${code}
    Put    cart/quiet-teapot    quantity=${quantity}
    Error Should Be    ${status}    ${code}
