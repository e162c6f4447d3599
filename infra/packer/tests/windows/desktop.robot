*** Settings ***
Documentation       A desktop that is logged on, and a program in it that takes clicks.

Library             AppiumLibrary    timeout=30    run_on_failure=No Operation
Resource            resources/powershell.resource

Test Tags           booted


*** Variables ***
${APPIUM}       http://127.0.0.1:4723


*** Test Cases ***
The Desktop's User Is Logged On
    ${sessions} =    PowerShell Says    (Get-Process explorer).SessionId
    Should Not Be Empty    ${sessions}
    Should Not Contain    ${sessions.split()}    0

The Screen Is Not Locked
    ${locked} =    PowerShell Says    @(Get-Process LogonUI -ea 0).Count
    Should Be Equal    ${locked}    0

A Program Opens And Takes A Click
    [Documentation]    The Calculator of Windows Server knows its keys by numbers.
    [Teardown]    Close Application
    Open Application    ${APPIUM}    platformName=Windows    automationName=Windows
    ...    app=C:\\Windows\\System32\\win32calc.exe
    Wait Until Element Is Visible    accessibility_id=137
    Click Element    accessibility_id=137
    ${shown} =    Get Element Attribute    accessibility_id=150    Name
    Should Be Equal    ${shown}    7
