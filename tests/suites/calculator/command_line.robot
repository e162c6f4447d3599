*** Settings ***
Documentation       The calculator as a command: what it prints, and the status it ends with.

Library             Process

Test Tags           regression    command


*** Variables ***
${PROGRAM}      ${CURDIR}/library/calculator.py


*** Test Cases ***
A Result Is Printed
    [Tags]    critical
    ${run} =    Calculate    6 * 7
    Should Be Equal As Integers    ${run.rc}    0
    Should Be Equal    ${run.stdout}    42

Each Argument Is A Line
    ${run} =    Calculate    price = 12.50    price * 3
    Should Be Equal    ${run.stdout}    12.5\n37.5

An Error Goes To Standard Error
    ${run} =    Calculate    1 / 0
    Should Be Equal As Integers    ${run.rc}    2
    Should Be Empty    ${run.stdout}
    Should Be Equal    ${run.stderr}    error: division by zero

Lines Come From Standard Input Too
    ${run} =    Run Process    ${{ sys.executable }}    ${PROGRAM}    stdin=2 ^ 8\nans / 2
    Should Be Equal    ${run.stdout}    256\n128


*** Keywords ***
Calculate
    [Documentation]    Runs the command with the Python that runs the tests.
    [Arguments]    @{expressions}
    ${run} =    Run Process    ${{ sys.executable }}    ${PROGRAM}    @{expressions}
    RETURN    ${run}
