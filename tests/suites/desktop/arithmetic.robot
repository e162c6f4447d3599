*** Settings ***
Documentation       Calculations with the pointer: every row is a test of its own, and every word of it a click.

Resource            resources/calculator.resource

Test Template       Calculation Should Give


*** Test Cases ***          CALCULATION                 DISPLAY
Sum                         [Tags]                      critical
                            7 + 5 =                     12
Difference                  [Tags]                      critical
                            5 - 7 =                     -2
Product                     [Tags]                      critical
                            6 * 7 =                     42
Quotient                    [Tags]                      critical
                            4 2 / 6 =                   7
Fraction                    1 . 2 5 + 2 . 7 5 =         4
Products First              2 + 3 * 4 =                 14
Brackets First              ( 2 + 3 ) * 4 =             20
Power                       2 y^x 1 0 =                 1024
Square                      1 2 square                  144
Root                        1 4 4 root                  12
Reciprocal                  8 1/x                       0.125
Factorial                   5 x!                        120
Sign                        9 +/-                       -9
Remainder                   1 7 mod 5 =                 2
Division By Zero            1 / 0 =                     inf
