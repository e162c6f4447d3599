*** Settings ***
Documentation       The four operations: every row is a test.

Resource            resources/calculator.resource

Test Template       Calculation Should Give
Test Tags           arithmetic


*** Test Cases ***                      KEYS            DISPLAY
Sum                                     [Tags]          critical
                                        2+3=            5
Sum Of Large Numbers                    999999+1=       1000000
Difference                              [Tags]          critical
                                        9-4=            5
Difference Below Zero                   4-9=            -5
Product                                 [Tags]          critical
                                        6*7=            42
Product With Zero                       8*0=            0
Quotient                                [Tags]          critical
                                        42/6=           7
Quotient With Fraction                  1/8=            0.125
Decimal Fractions Are Exact             .1+.2=          0.3
A Chain Goes From Left To Right         2+3*4=          20
Equals Again Repeats The Last Step      2+3==           8
