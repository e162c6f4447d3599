*** Settings ***
Documentation       The four operations. Every row is a test of its own: a template gives it its keyword.

Library             library/CalculatorLibrary.py

Test Setup          Open Calculator
Test Template       Expression Should Give
Test Tags           regression    arithmetic


*** Test Cases ***          EXPRESSION                          RESULT
Sum                         [Tags]                              critical
                            1 + 2                               3
Sum Of Many                 1 + 2 + 3 + 4 + 5                   15
Sum With Zero               7 + 0                               7
Sum Of Fractions            1.25 + 2.75                         4
Difference                  [Tags]                              critical
                            7 - 5                               2
Difference Below Zero       5 - 7                               -2
Product                     [Tags]                              critical
                            6 * 7                               42
Product With Zero           123456789 * 0                       0
Product Of Negatives        -4 * -5                             20
Product Of Large Numbers    99999999999 * 99999999999           9999999999800000000001
Quotient                    [Tags]                              critical
                            42 / 6                              7
Quotient With Remainder     1 / 8                               0.125
Quotient Of Negatives       -9 / -3                             3
Percent                     15% * 80                            12
Negative Of A Negative      --3                                 3
Spaces Do Not Matter        ${SPACE}1+${SPACE * 3}1${SPACE}     2
