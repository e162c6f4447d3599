*** Settings ***
Documentation       Names for values, told as behaviour: given, when, then.

Library             library/CalculatorLibrary.py

Test Setup          Open Calculator
Test Tags           regression    names


*** Test Cases ***
A Name Keeps Its Value
    [Tags]    critical
    Given 'width' is '12'
    And 'height' is 'width / 2'
    When the user enters 'width * height'
    Then the result is 72

A Name Can Be Given Again
    Given 'count' is '1'
    And 'count' is 'count + 1'
    When the user enters 'count'
    Then the result is 2

The Last Result Has A Name
    When the user enters '6 * 7'
    And the user enters 'ans + 0.5'
    Then the result is 42.5

A Growing Balance
    [Documentation]    Ten years at five percent, one entry a year.
    Given 'balance' is '100'
    FOR    ${_}    IN RANGE    10
        When the user enters 'balance = balance * (1 + 5%)'
    END
    And the user enters 'round(balance, 2)'
    Then the result is 162.89

Names Of The Calculator Are Protected
    Expression Should Be Refused    pi = 3    'pi' is already taken
    Expression Should Be Refused    sqrt = 3    'sqrt' is already taken
    Expression Should Be Refused    2x = 3    '2x' cannot be a name


*** Keywords ***
'${name}' is '${expression}'
    [Documentation]    Gives a name to the value of an expression.
    Enter    ${name} = ${expression}

The User Enters '${expression}'
    [Documentation]    Enters an expression.
    Enter    ${expression}

The Result Is ${expected}
    [Documentation]    Compares the value of the last expression.
    Result Should Be    ${expected}
