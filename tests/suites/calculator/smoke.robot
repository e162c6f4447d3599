*** Settings ***
Documentation       The four tests that must pass before anything else is worth a look.

Library             library/CalculatorLibrary.py

Test Setup          Open Calculator
Test Tags           smoke    critical


*** Test Cases ***
One And One Is Two
    Enter    1 + 1
    Result Should Be    2

A Whole Expression Is Worked Out
    Enter    2 * (3 + 4) - 10 / 4
    Result Should Be    11.5

Decimal Fractions Are Exact
    [Documentation]    In binary floating point the sum would be 0.30000000000000004.
    Enter    0.1 + 0.2
    Result Should Be    0.3

Nonsense Is Refused
    Expression Should Be Refused    2 +    the expression is not complete
