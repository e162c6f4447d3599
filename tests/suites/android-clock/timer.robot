*** Settings ***
Documentation       The timer: digits, running, holding and ending.

Resource            resources/clock.resource

Test Setup          Start Afresh    Timer
Test Tags           timer


*** Test Cases ***
Digits Fill In From The Right
    Type Digits    1    3    0
    Text Should Be    timer_setup_time    00h 01m 30s

A Timer Runs
    [Tags]    critical
    Start Timer    5    0    0
    Should Be Shown    timer_time_text
    ${first} =    Get Text    id=${PACKAGE}:id/timer_time_text
    Wait Until Keyword Succeeds    10s    1s    Time Should Have Moved    ${first}

A Timer Can Be Held
    [Tags]    critical
    Start Timer    5    0    0
    Press Key    Pause
    Wait Until Page Contains Element    accessibility_id=Start

A Minute Can Be Added
    Start Timer    5    0    0
    Press    accessibility_id=Add 1 minute
    Wait Until Page Contains    5:


*** Keywords ***
Type Digits
    [Documentation]    Touches digits of the keypad one after the other.
    [Arguments]    @{digits}
    FOR    ${digit}    IN    @{digits}
        Press    id=${PACKAGE}:id/timer_setup_digit_${digit}
    END

Start Timer
    [Documentation]    Sets a timer by its digits and starts it.
    [Arguments]    @{digits}
    Type Digits    @{digits}
    Press    ${FAB}

Time Should Have Moved
    [Documentation]    The time left is no longer what it was.
    [Arguments]    ${before}
    ${now} =    Get Text    id=${PACKAGE}:id/timer_time_text
    Should Not Be Equal    ${now}    ${before}
