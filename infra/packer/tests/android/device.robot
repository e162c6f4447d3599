*** Settings ***
Documentation       A device that is up when the first test comes, and Appium that speaks to it.

Library             AppiumLibrary    timeout=60    run_on_failure=No Operation
Library             Process

Test Tags           aws    booted


*** Variables ***
${APPIUM}           http://127.0.0.1:4723
# From the environment's boot to a device that has booted.
${DEVICE_SECONDS}       180


*** Test Cases ***
The Environment Has Hardware For Virtual Machines
    ${done} =    Run Process    test    -w    /dev/kvm
    Should Be Equal As Integers    ${done.rc}    0    /dev/kvm is missing: take a type with nested virtualization

The Device Is Up Within Its Budget
    ${done} =    Run Process    systemctl    start    qaops-emulator    timeout=${DEVICE_SECONDS}s
    Should Be Equal As Integers    ${done.rc}    0    ${done.stderr}
    ${done} =    Run Process    adb    shell    getprop    sys.boot_completed    timeout=20s
    Should Be Equal    ${done.stdout.strip()}    1

There Is One Device
    ${done} =    Run Process    adb    devices    timeout=20s
    ${devices} =    Evaluate    [line for line in $done.stdout.splitlines()[1:] if line.endswith('device')]
    Length Should Be    ${devices}    1

An App Opens And Takes A Touch
    [Teardown]    Close Application
    Open Application
    ...    ${APPIUM}
    ...    platformName=Android
    ...    automationName=UiAutomator2
    ...    appPackage=com.android.settings
    ...    appActivity=.Settings
    Wait Until Page Contains    Network
    Click Text    Network
    Wait Until Page Contains    Internet
