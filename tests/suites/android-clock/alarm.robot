*** Settings ***
Documentation       Alarms: made, named, switched off and deleted.

Resource            resources/clock.resource

Test Setup          Start Afresh    Alarm
Test Tags           alarm


*** Test Cases ***
An Alarm Is Made
    [Tags]    critical
    Make Alarm    6    45    Swim
    Should Be Shown    digital_clock
    Page Should Contain Text    6:45
    Page Should Contain Text    Swim

A New Alarm Is On
    [Tags]    critical
    Make Alarm    7    15    Bakery
    Alarm Should Be    on

An Alarm Can Be Switched Off
    Make Alarm    7    30    Bus
    Press    id=${PACKAGE}:id/onoff
    Alarm Should Be    off

Two Alarms Stand Side By Side
    Make Alarm    8    10    First
    Make Alarm    9    20    Second
    Page Should Contain Text    8:10
    Page Should Contain Text    9:20


*** Keywords ***
Make Alarm
    [Documentation]    Makes an alarm for a time of the day, and shows the page of alarms.
    [Arguments]    ${hour}    ${minutes}    ${label}
    VAR    @{at hour} =    i    android.intent.extra.alarm.HOUR    ${hour}
    VAR    @{at minutes} =    i    android.intent.extra.alarm.MINUTES    ${minutes}
    VAR    @{with label} =    s    android.intent.extra.alarm.MESSAGE    ${label}
    VAR    @{without page} =    z    android.intent.extra.alarm.SKIP_UI    true
    Send Intent    SET_ALARM    ${at hour}    ${at minutes}    ${with label}    ${without page}
    Activate Application    ${PACKAGE}
    Go To Page    Alarm

Alarm Should Be
    [Documentation]    Compares the switch of the first alarm, `on` or `off`.
    [Arguments]    ${state}
    Should Be Shown    onoff
    Element Attribute Should Match    id=${PACKAGE}:id/onoff    checked    ${{ $state == 'on' }}
