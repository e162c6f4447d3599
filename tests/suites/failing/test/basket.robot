*** Test Cases ***
An Empty Basket Costs Nothing
    Should Be Equal As Integers    ${0}    0

A Full Basket Costs What Is In It
    ${total} =    Evaluate    12 + 30
    Should Be Equal As Integers    ${total}    43    The basket's total is wrong
