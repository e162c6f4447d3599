*** Settings ***
Documentation       Bills, taxes and shares, rounded to whole cents.

Library             ../library/CalculatorLibrary.py


*** Test Cases ***
A Bill With Tax
    [Tags]    critical
    Enter    net = 3 * 19.99 + 4.50
    Result Should Be    64.47
    Enter    net * (1 + 19%)
    Result Should Be    76.72

A Bill Shared By Three
    Enter    share = 100 / 3
    Result Should Be    33.33
    Enter    100 - 3 * share
    Result Should Be    0.01

A Discount
    Enter    249 * (1 - 12.5%)
    Result Should Be    217.88

Half A Cent Goes To The Even Neighbour
    Expression Should Give    0.125    0.12
    Expression Should Give    0.135    0.14

The Tape Tells Every Step
    Enter    net = 10 / 3
    Enter    net * 2
    Tape Should Be
    ...    net = 10 / 3 -> 3.33
    ...    net * 2 -> 6.66
