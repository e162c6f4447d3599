*** Settings ***
Documentation       The memory keys as a till uses them: takings are added, refunds are taken away.

Library             ../library/CalculatorLibrary.py


*** Variables ***
@{TAKINGS}      12.50    3 * 4.99    2 * 0.85    99


*** Test Cases ***
The Memory Starts Empty
    Memory Should Be    0

Takings Add Up
    [Tags]    critical
    FOR    ${sale}    IN    @{TAKINGS}
        Add To Memory    ${sale}
    END
    Memory Should Be    128.17

A Refund Is Taken Away
    Add To Memory    50
    Take From Memory    2 * 12.99
    Memory Should Be    24.02

The Memory Can Be Cleared
    Add To Memory    7
    Clear Memory
    Memory Should Be    0

What Is Refused Leaves The Memory Alone
    Add To Memory    20
    Run Keyword And Expect Error    *division by zero*    Add To Memory    1 / 0
    Memory Should Be    20
