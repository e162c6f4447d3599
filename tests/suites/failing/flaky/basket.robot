*** Test Cases ***
A Piece Is Put Into The Basket
    Set Suite Variable    ${BASKET}    ${{ ['mug'] }}
    Length Should Be One

A New Visitor's Basket Is Empty
    [Documentation]    Fails because the test before it left something; in a rerun it is alone, and passes.
    ${basket} =    Get Variable Value    ${BASKET}    ${{ [] }}
    Should Be Empty    ${basket}    The basket is not empty


*** Keywords ***
Length Should Be One
    [Documentation]    What the basket has now.
    Length Should Be    ${BASKET}    1
