*** Settings ***
Documentation       Searching: results come while one types, and the address can be sent to a friend.

Resource            ../resources/shop.resource

Test Tags           search


*** Test Cases ***
Results Come While Typing
    [Tags]    critical
    Fill    search    teapot
    Shown Products Should Be    Quiet Teapot
    Text Should Be    found    1 piece for “teapot”

Capital Letters Do Not Matter
    Fill    search    HARBOUR
    Shown Products Should Be    Harbour Mug

Every Word Must Be Found
    Fill    search    blue bowl
    Shown Products Should Be    Tide Ramen Bowl

Colours Are Found Too
    Fill    search    green
    Shown Products Should Be    Juniper Bud Vase

Nothing Found Is Said Kindly
    Fill    search    velvet
    Should Be Shown    nothing-found
    Text Should Be    found    0 pieces for “velvet”

A Search Has An Address
    Open Page    /?search=tide
    Shown Products Should Be    Tide Ramen Bowl
    Textfield Value Should Be    data:test:search    tide

Markup Is Only Text
    [Documentation]    What a visitor types must never become a part of the page.
    [Tags]    security
    Fill    search    <img src=x onerror=alert(1)>
    Text Should Be    found    0 pieces for “<img src=x onerror=alert(1)>”
    Page Should Not Contain Element    css:main img
