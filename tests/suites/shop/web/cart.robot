*** Settings ***
Documentation       The cart: quantities, sums, shipping and the discount code.

Resource            ../resources/shop.resource

Test Tags           cart


*** Test Cases ***
A New Visitor Has An Empty Cart
    Should Not Be Shown    cart-count
    Press    to-cart
    Should Be Shown    empty-cart

What Is Added Is Counted
    [Tags]    critical
    Put Into Cart    harbour-mug
    Text Should Be    toast    Harbour Mug is in your cart
    Put Into Cart    tide-ramen-bowl    2
    Text Should Be    cart-count    3

The Same Product Is One Line
    Put Into Cart    harbour-mug
    Put Into Cart    harbour-mug    2
    Press    to-cart
    Page Should Contain Element    data:test:line    limit=1
    Text Should Be    line-quantity    3
    Text Should Be    line-total    €72.00

The Plus And Minus Keys Change The Sums
    [Tags]    critical
    Put Into Cart    harbour-mug
    Press    to-cart
    Press In Line    harbour-mug    more
    Text Should Be    subtotal    €48.00
    Press In Line    harbour-mug    less
    Text Should Be    subtotal    €24.00

The Last Piece Taken Away Empties The Cart
    Put Into Cart    pebble-dish
    Press    to-cart
    Press In Line    pebble-dish    less
    Should Be Shown    empty-cart
    Should Not Be Shown    cart-count

A Line Can Be Removed
    Put Into Cart    harbour-mug
    Put Into Cart    pebble-dish
    Press    to-cart
    Press In Line    harbour-mug    remove
    Page Should Contain Element    data:test:line    limit=1
    Text Should Be    total    €18.90

No More Than The Stock Can Be Had
    Put Into Cart    quiet-teapot    2
    Press    to-cart
    Press In Line    quiet-teapot    more
    Text Should Be    problem    There are only 2 left.
    Text Should Be    line-quantity    2

Shipping Is Free From Eighty Euros
    Put Into Cart    juniper-bud-vase    2
    Press    to-cart
    Text Should Be    shipping    €6.90
    Element Should Contain    data:test:towards-free    €12.00 more
    Press In Line    juniper-bud-vase    more
    Text Should Be    shipping    Free
    Text Should Be    total    €102.00

A Code Takes Ten Percent Off
    Put Into Cart    dune-jug    2
    Press    to-cart
    Fill    code    firstfire
    Press    use-code
    Text Should Be    discount    −€10.40
    Text Should Be    total    €93.60
    Press    drop-code
    Text Should Be    total    €104.00

An Unknown Code Is Refused
    Put Into Cart    dune-jug
    Press    to-cart
    Fill    code    GLUE
    Press    use-code
    Text Should Be    problem    We do not know the code “GLUE”.

The Cart Is Still There After A Reload
    Put Into Cart    morning-tumbler    2
    Reload Page
    Wait Until Idle
    Text Should Be    cart-count    2
