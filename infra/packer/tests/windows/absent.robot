*** Settings ***
Documentation       What no environment may have of the one who built its image, and nobody else either.

Resource            resources/powershell.resource

Test Tags           booted


*** Test Cases ***
Nobody Is Let In By A Key
    Nothing Should Be There    C:\\ProgramData\\ssh\\administrators_authorized_keys
    Nothing Should Be There    C:\\Users\\*\\.ssh\\*

There Are No Host Keys
    Nothing Should Be There    C:\\ProgramData\\ssh\\ssh_host_*

Nobody Listens For Logins
    ${listening} =    PowerShell Says    @(Get-NetTCPConnection -State Listen -LocalPort 22, 5985, 5986 -ea 0).Count
    Should Be Equal    ${listening}    0

There Are No Histories
    Nothing Should Be There    C:\\Users\\*\\AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine\\*

There Are No Credentials
    Nothing Should Be There    C:\\Users\\*\\.aws

The Build Left Nothing
    Nothing Should Be There    C:\\qaops-build

Logs Begin With The Image's End
    # The build cleared them just before it reset the image, so no log knows of a user that came in by SSH.
    ${logons} =    PowerShell Says    @(Get-WinEvent -LogName 'OpenSSH/Operational' -ea 0).Count
    Should Be Equal    ${logons}    0

No Password Stands In The Registry
    ${value} =    PowerShell Says
    ...    (Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon').DefaultPassword
    Should Be Empty    ${value}


*** Keywords ***
Nothing Should Be There
    [Documentation]    No file of this name is there, whoever may see it.
    [Arguments]    ${path}
    ${found} =    PowerShell Says    (Get-ChildItem -Force -ErrorAction SilentlyContinue '${path}').FullName
    Should Be Empty    ${found}
