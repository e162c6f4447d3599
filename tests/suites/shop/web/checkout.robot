*** Settings ***
Documentation       The checkout form and what it says when a field is not as it should be.

Resource            ../resources/shop.resource

Test Setup          Start The Checkout
Test Tags           checkout


*** Test Cases ***
An Empty Form Marks Every Field
    [Tags]    critical
    Press    place-order
    Text Should Be    banner    Please look at the marked fields.
    Page Should Contain Element    css:[aria-invalid]    limit=8
    Field In Focus Should Be    name

A Mended Field Is No Longer Marked
    Fill Checkout Form    email=nobody
    Press    place-order
    Page Should Contain Element    css:[aria-invalid]    limit=1
    Field In Focus Should Be    email
    Fill    email    ada@lindqvist.example
    Press    place-order
    Should Be Shown    order

A Wrong Field Says What Is Wrong
    [Documentation]    Each row is one wrong field in a form that is good otherwise.
    [Setup]    Start With A Good Form
    [Template]    A Form With ${name} '${text}' Should Say '${message}'
    name        A                      A name has two letters or more.
    email       a b@c.example          This does not look like an email address.
    street      Kanalgasse             A street has a name and a number.
    postcode    7O173                  A postcode has 4 or 5 digits.
    city        ${SPACE}               Which city?
    card        4111 1111 1111 1112    This card number is not valid.
    card        4111                   This card number is not valid.
    expiry      13/30                  Month and year, such as 09/31.
    expiry      01/20                  Month and year, such as 09/31.
    cvc         12                     Three digits.

A Declined Card Keeps The Form
    [Tags]    critical
    Fill Checkout Form    card=${DECLINED CARD}
    Press    place-order
    Text Should Be    banner    Your bank declined the payment.
    Textfield Value Should Be    data:test:name    Ada Lindqvist
    Text Should Be    cart-count    1

Without A Cart There Is Nothing To Check Out
    [Setup]    Start As A New Visitor
    Open Page    /checkout
    Should Be Shown    empty-cart


*** Keywords ***
Start The Checkout
    [Documentation]    A new visitor with one bowl stands before the form.
    Start As A New Visitor
    Put Into Cart    oat-breakfast-bowl
    Open Page    /checkout
    Should Be Shown    checkout

Start With A Good Form
    [Documentation]    The checkout, with every field filled as it should be.
    Start The Checkout
    Fill Checkout Form

Field In Focus Should Be
    [Documentation]    Compares the field where the cursor is.
    [Arguments]    ${name}
    Wait Until Page Contains Element    css:[data-test="${name}"]:focus

A Form With ${name} '${text}' Should Say '${message}'
    [Documentation]    Makes one field wrong, sends the form, compares the message and mends the field.
    Fill    ${name}    ${text}
    Press    place-order
    Text Should Be    ${name}-problem    ${message}
    Page Should Contain Element    css:[aria-invalid]    limit=1
    Fill    ${name}    ${GOOD ORDER}[${name}]
