*** Test Cases ***
An Empty Basket Costs Nothing
    Should Be Equal As Integers    ${0}    0
