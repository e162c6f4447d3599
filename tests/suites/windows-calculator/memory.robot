*** Settings ***
Documentation       The memory keys.

Resource            resources/calculator.resource

Test Tags           memory


*** Test Cases ***
What Is Stored Comes Back
    [Tags]    critical
    Type Calculation    42
    Press Keys    MS    clear    MR
    Display Should Be    42

Values Add Up
    Type Calculation    5
    Press Keys    M+    clear
    Type Calculation    7
    Press Keys    M+    clear    MR
    Display Should Be    12

A Value Is Taken Away
    Type Calculation    9
    Press Keys    MS    clear
    Type Calculation    4
    Press Keys    M-    clear    MR
    Display Should Be    5

The Memory Goes Into A Calculation
    Type Calculation    6
    Press Keys    MS    clear
    Type Calculation    7*
    Press Keys    MR    =
    Display Should Be    42
