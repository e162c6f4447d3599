*** Settings ***
Documentation       Which operation goes first: several rows make one test, which tells every row that fails.

Library             library/CalculatorLibrary.py

Test Setup          Open Calculator
Test Template       Expression Should Give
Test Tags           regression    precedence


*** Test Cases ***
Products Go Before Sums
    [Tags]    critical
    2 + 3 * 4           14
    2 * 3 + 4           10
    20 - 12 / 4         17

Equal Operations Go From Left To Right
    10 - 4 - 3          3
    100 / 10 / 2        5
    12 / 3 * 2          8

Brackets Go First
    [Tags]    critical
    (2 + 3) * 4         20
    2 * (3 + (4 - 1))   12
    ((((5))))           5

Powers Go From Right To Left
    2 ^ 10              1024
    2 ^ 3 ^ 2           512
    (2 ^ 3) ^ 2         64

A Sign Goes After A Power
    -2 ^ 2              -4
    (-2) ^ 2            4
    2 ^ -1              0.5

Percent And Factorial Go Before Everything
    3! + 4              10
    2 * 50%             1
    2 ^ 3!              64
