*** Settings ***
Documentation       Keys that correct what was typed, or change it.

Resource            resources/calculator.resource

Test Tags           keys


*** Test Cases ***
Backspace Takes The Last Digit
    Type Calculation    1234
    Press Keys    backspace
    Display Should Be    123

Clear Entry Keeps The Calculation
    [Tags]    critical
    Type Calculation    5+9
    Press Keys    clear entry
    Type Calculation    2\=
    Display Should Be    7

Clear Forgets The Calculation
    Type Calculation    5+9
    Press Keys    clear
    Display Should Be    0

Negate Changes The Sign
    Type Calculation    15
    Press Keys    negate
    Display Should Be    -15

Root Of A Square
    Type Calculation    144
    Press Keys    root
    Display Should Be    12

Percent Of A Sum
    Type Calculation    200+10
    Press Keys    percent    =
    Display Should Be    220

Division By Zero Is Explained
    [Tags]    critical
    Type Calculation    7/0\=
    Display Should Say    divide by zero
