*** Settings ***
Documentation       On a phone no page is wider than the screen, and buying works with a thumb.

Resource            ../resources/shop.resource

Test Setup          Take A Phone
Test Tags           phone


*** Test Cases ***
No Page Is Wider Than The Screen
    [Template]    Page Should Fit
    /
    /?search=velvet
    /product/tide-ramen-bowl
    /cart
    /checkout

The Way To The Checkout Is Open
    Press    to-cart
    Press    to-checkout
    Should Be Shown    place-order
    Keep Picture


*** Keywords ***
Take A Phone
    [Documentation]    A new visitor with a bowl in the cart looks at a small screen.
    Start As A New Visitor
    Set Screen    390    844
    Put Into Cart    tide-ramen-bowl

Page Should Fit
    [Documentation]    Nothing may stick out to the right.
    [Arguments]    ${path}
    Open Page    ${path}
    ${width} =    Execute Javascript    return document.documentElement.scrollWidth
    Should Be Equal As Integers    ${width}    390
