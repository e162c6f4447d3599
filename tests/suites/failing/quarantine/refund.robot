*** Test Cases ***
A Refund Arrives
    Fail    The bank's test system does not answer

An Order Is Cancelled
    Should Be Equal    cancelled    cancelled
