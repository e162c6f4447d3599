*** Settings ***
Documentation       The stopwatch: start, lap, hold, reset.

Resource            resources/clock.resource

Test Setup          Start Afresh    Stopwatch
Test Tags           stopwatch


*** Test Cases ***
The Stopwatch Begins At Zero
    Text Should Be    stopwatch_time_text    00

The Stopwatch Runs
    [Tags]    critical
    Press    ${FAB}
    Wait Until Keyword Succeeds    15s    1s    Seconds Should Be At Least    2

A Held Stopwatch Stands Still
    [Tags]    critical
    Run For A Moment
    ${first} =    Get Text    id=${PACKAGE}:id/stopwatch_time_text
    ${second} =    Get Text    id=${PACKAGE}:id/stopwatch_time_text
    Should Be Equal    ${first}    ${second}

A Lap Is Noted
    Press    ${FAB}
    Press Key    Lap
    Should Be Shown    lap_number

Reset Goes Back To Zero
    Run For A Moment
    Press Key    Reset
    Text Should Be    stopwatch_time_text    00


*** Keywords ***
Run For A Moment
    [Documentation]    Starts the stopwatch, lets it count and holds it.
    Press    ${FAB}
    Wait Until Keyword Succeeds    15s    500ms    Seconds Should Be At Least    1
    Press    ${FAB}

Seconds Should Be At Least
    [Documentation]    Compares the seconds shown.
    [Arguments]    ${expected}
    ${shown} =    Get Text    id=${PACKAGE}:id/stopwatch_time_text
    ${seconds} =    Evaluate    int($shown.split(':')[-1])
    Should Be True    ${seconds} >= ${expected}
