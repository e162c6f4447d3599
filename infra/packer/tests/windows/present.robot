*** Settings ***
Documentation       What an environment must have: everything with the version that was asked for.

Library             Collections
Library             OperatingSystem
Library             String
Resource            resources/powershell.resource


*** Variables ***
${QAOPS}        C:\\qaops


*** Test Cases ***
Python Packages Are The Pinned Ones
    ${installed} =    PowerShell Says    & ${QAOPS}\\robot\\Scripts\\pip.exe freeze --disable-pip-version-check
    ${pinned} =    Get File    ${QAOPS}\\requirements.txt
    ${pinned} =    Get Regexp Matches    ${pinned}    (?m)^[a-z0-9.-]+==\\S+
    # An underscore, a dot and a hyphen are one letter in a package's name.
    ${installed} =    Evaluate    re.sub('[-_.]+(?=[^=\\n]*==)', '-', $installed.lower())    modules=re
    ${installed} =    Evaluate    sorted($installed.splitlines())
    ${pinned} =    Evaluate    sorted($pinned)
    Lists Should Be Equal    ${installed}    ${pinned}

Chrome And Its Driver Are Of One Version
    ${versions} =    Get File    ${QAOPS}\\versions.json
    ${wanted} =    Evaluate    json.loads($versions)['downloads']['chrome']['version']    modules=json
    ${browser} =    PowerShell Says    (Get-Item ${QAOPS}\\chrome-win64\\chrome.exe).VersionInfo.ProductVersion
    ${driver} =    PowerShell Says    & chromedriver.exe --version
    Should Be Equal    ${browser}    ${wanted}
    Should Be Equal    ${driver.split()}[1]    ${wanted}

The Runner Is The One That The Image Names
    ${image} =    Get File    ${QAOPS}\\image.json
    ${wanted} =    Evaluate    json.loads($image)['runner']    modules=json
    ${hash} =    PowerShell Says    (Get-FileHash 'C:\\Program Files\\QAOps\\qaops-runner.exe').Hash.ToLowerInvariant()
    Should Be Equal    ${hash}    ${wanted}

Desktops Can Be Recorded
    ${devices} =    PowerShell Says    & ffmpeg.exe -hide_banner -devices
    Should Contain    ${devices}    gdigrab
    ${encoders} =    PowerShell Says    & ffmpeg.exe -hide_banner -encoders
    Should Contain    ${encoders}    libx264

Only The Desktop's User And Administrators Reach The Work
    ${names} =    PowerShell Says    (Get-Acl ${QAOPS}\\work).Access.IdentityReference.Value -join ' '
    Should Not Match Regexp    ${names}    (?i)users|everyone

Tasks Wait For Logon And Deadline
    [Template]    Task Should Be Ready
    QAOps desktop
    QAOps deadline

The Boot Task Is Ready
    [Documentation]    The builder has it disabled until the clean-up.
    [Tags]    booted
    Task Should Be Ready    QAOps boot

The Agent Is Started By The Boot Task Only
    [Documentation]    `Manual`: the image has the agent disabled, and the boot task enables it.
    [Tags]    booted
    ${type} =    PowerShell Says    (Get-Service AmazonSSMAgent).StartType
    Should Be Equal    ${type}    Manual

Nothing Updates Itself
    ${value} =    PowerShell Says
    ...    (Get-ItemProperty HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU).NoAutoUpdate
    Should Be Equal    ${value}    1

Time Comes From The Instance's Own Source
    ${source} =    PowerShell Says    w32tm.exe /query /peers
    Should Contain    ${source}    169.254.169.123


*** Keywords ***
Task Should Be Ready
    [Documentation]    The task is there, and is not disabled.
    [Arguments]    ${task}
    ${state} =    PowerShell Says    (Get-ScheduledTask -TaskName '${task}').State
    Should Match Regexp    ${state}    ^(Ready|Running)$
