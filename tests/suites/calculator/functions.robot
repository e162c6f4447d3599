*** Settings ***
Documentation       Functions and constants, in sentences: the template takes its values from the words.

Library             library/CalculatorLibrary.py

Test Setup          Open Calculator
Test Template       '${expression}' should be ${expected}
Test Tags           regression    functions


*** Test Cases ***                  EXPRESSION                              RESULT
Square Root                         sqrt(144)                               12
Square Root Of A Square             sqrt((-3) ^ 2)                          3
Absolute Value                      abs(3 - 10)                             7
Smallest                            min(3, 1, 2)                            1
Largest                             max(3, 1, 2)                            3
Total                               sum(1, 2, 3, 4)                         10
Mean                                mean(2, 4, 9)                           5
Remainder                           mod(17, 5)                              2
Remainder Of A Negative             mod(-17, 5)                             3
Logarithm                           log(1000)                               3
Natural Logarithm                   ln(1)                                   0
Rounding                            round(pi, 4)                            3.1416
Rounding A Half To Even             round(2.5, 0)                           2
Rounding The Other Half To Even     round(3.5, 0)                           4
Functions In Functions              max(sqrt(16), abs(-5), min(9, 8))       8
Names In Capital Letters            SQRT(81)                                9
