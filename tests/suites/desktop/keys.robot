*** Settings ***
Documentation       The keyboard does what the pointer does.

Resource            resources/calculator.resource


*** Test Cases ***
A Calculation Is Typed
    [Tags]    critical
    Type Text    12+30=
    Display Should Show    42

Pointer And Keyboard Take Turns
    Type Text    6*
    Press    7    =
    Display Should Show    42

Brackets Are Typed
    Type Text    (2+3)*4=
    Display Should Show    20
