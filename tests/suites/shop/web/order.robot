*** Settings ***
Documentation       What a visitor sees once an order is placed, and who else may see it.

Resource            ../resources/shop.resource

Test Setup          Place An Order
Test Tags           order


*** Test Cases ***
The Confirmation Repeats The Order
    [Tags]    critical
    Text Should Be    order-email    ada@lindqvist.example
    Text Should Be    order-address    Ada Lindqvist, Kanalgasse 7, 70173 Stuttgart
    Text Should Be    order-lines    2 × Linen Side Plate\n€44.00
    Text Should Be    total    €50.90

The Card Number Is Hidden
    [Tags]    security
    Text Should Be    order-card    Card •••• 1111
    Page Should Not Contain    4111 1111

The Cart Is Empty Afterwards
    Should Not Be Shown    cart-count
    Press    to-cart
    Should Be Shown    empty-cart

The Confirmation Can Be Opened Again
    ${number} =    Get Text    data:test:order-number
    Reload Page
    Wait Until Idle
    Text Should Be    order-number    ${number}

Nobody Else Can See It
    [Tags]    security    critical
    ${number} =    Get Text    data:test:order-number
    Forget Visitor
    Open Page    /order/${number}
    Should Be Shown    not-found


*** Keywords ***
Place An Order
    [Documentation]    A new visitor orders two plates.
    Start As A New Visitor
    Put Into Cart    linen-side-plate    2
    Open Page    /checkout
    Fill Checkout Form
    Press    place-order
    Should Be Shown    order
