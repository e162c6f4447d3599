*** Settings ***
Documentation       What has no value is refused with a message that says what is wrong, and where.

Library             library/CalculatorLibrary.py

Test Setup          Open Calculator
Test Template       Expression Should Be Refused
Test Tags           regression    errors


*** Variables ***
${DEEP}     ${{ '(' * 60 + '1' + ')' * 60 }}


*** Test Cases ***          EXPRESSION      MESSAGE
Division By Zero            [Tags]          critical
                            1 / (2 - 2)     division by zero
Nothing At All              ${EMPTY}        the expression is not complete
Missing Operand             3 *             the expression is not complete
Missing Bracket             (1 + 2          the expression is not complete
Bracket Too Many            1 + 2)          unexpected ')' at column 6
Two Operators               4 * / 2         unexpected '/' at column 5
Two Numbers                 4 2             unexpected '2' at column 3
Strange Character           3 $ 4           unexpected '$' at column 3
Unknown Name                2 * width       unknown name 'width' at column 5
Root Of A Negative          sqrt(-1)        the result is not a number
Too Few Values              mod(7)          mod takes 2 value(s), not 1
Too Many Values             sqrt(4, 9)      sqrt takes 1 value(s), not 2
Factorial Of A Fraction     2.5!            a factorial needs a whole number from 0 to 100
Too Large                   10 ^ 9999       the result is too large
Too Deep                    ${DEEP}         nested more than 50 deep
