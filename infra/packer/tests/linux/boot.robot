*** Settings ***
Documentation       How an environment boots, and how it ends itself.

Library             OperatingSystem
Library             String
Library             library/Metadata.py
Resource            resources/commands.resource


*** Variables ***
# From the kernel's hand-over to the last unit; EC2 needs some 16 s before that, whatever the type.
${BOOT_SECONDS}     30


*** Test Cases ***
A First Boot Stays Within Its Budget
    [Tags]    booted
    Wait Until Keyword Succeeds    60s    1s    Boot Should Be Over
    ${seconds} =    Boot Seconds
    Set Suite Metadata    Boot    ${seconds} s    top=True
    Should Be True    ${seconds} <= ${BOOT_SECONDS}    the boot took ${seconds} s

Every Unit Came Up
    [Tags]    booted
    ${failed} =    Output Of    systemctl    list-units    --failed    --plain    --no-legend
    Should Be Empty    ${failed}

Agent And Timer Run
    [Tags]    booted
    ${states} =    Output Of    systemctl    is-active    amazon-ssm-agent    qaops-deadline.timer
    Should Be Equal    ${states}    active\nactive

Commands Get The Image's Variables
    [Documentation]    Run Command gives them the environment of the agent's process, and the runner gives it to the tests.
    [Tags]    booted
    ${image} =    Get File    /etc/qaops/environment
    Should Contain    ${image}    SE_OFFLINE=true
    Should Be Equal    %{SE_OFFLINE}    true
    Should Be Equal    %{SE_AVOID_STATS}    true

An Environment Goes On Before Its Deadline
    ${ended} =    Deadline Is Asked    tag=+60
    Should Be Empty    ${ended}

An Environment May Be A Little Late
    ${ended} =    Deadline Is Asked    tag=-60
    Should Be Empty    ${ended}

An Environment Ends After Its Deadline
    ${ended} =    Deadline Is Asked    tag=-601
    Should Be Equal    ${ended}    poweroff

An Environment Without A Deadline Goes On
    ${ended} =    Deadline Is Asked    tag=${EMPTY}
    Should Be Empty    ${ended}

A Deadline That Is No Number Ends Nothing
    ${ended} =    Deadline Is Asked    tag=tomorrow; poweroff
    Should Be Empty    ${ended}

An Environment That Hears Nothing Ends After A Day
    ${ended} =    Deadline Is Asked    tag=${EMPTY}    life=0
    Should Be Equal    ${ended}    poweroff

Metadata Are Given For A Token Only
    [Tags]    aws    booted
    ${status} =    Output Of    curl    --silent    --output    /dev/null    --write-out    %\{http_code}
    ...    http://169.254.169.254/latest/meta-data/instance-id
    Should Be Equal    ${status}    401


*** Keywords ***
Boot Should Be Over
    [Documentation]    The boot's last job is done.
    ${state} =    Output Of    systemctl    show    --value    --property    FinishTimestampMonotonic
    Should Not Be Equal    ${state}    0

Boot Seconds
    [Documentation]    Seconds from the start of the first process to the end of the boot.
    ${began} =    Output Of    systemctl    show    --value    --property    UserspaceTimestampMonotonic
    ${ended} =    Output Of    systemctl    show    --value    --property    FinishTimestampMonotonic
    ${seconds} =    Evaluate    round((${ended} - ${began}) / 1e6, 1)
    RETURN    ${seconds}

Deadline Is Asked
    [Documentation]    Runs the deadline's program against metadata with this tag; tells how it ended the environment.
    ...
    ...    A tag such as +60 or -60 lies so many seconds from now.
    [Arguments]    ${tag}    ${life}=93600
    ${folder} =    Evaluate    tempfile.mkdtemp()    modules=tempfile
    ${address} =    Serve Metadata    ${tag}
    Create File    ${folder}/deadline.conf    GRACE_SECONDS=600\nLIFE_SECONDS=${life}\nMETADATA=${address}\n
    Create File    ${folder}/systemctl    \#!/bin/sh\necho "$*" >'${folder}/ended'\n
    ${made} =    Output Of    chmod    755    ${folder}/systemctl
    ${said} =    Run Process    /opt/qaops/bin/deadline    timeout=20s    env:PATH=${folder}:%{PATH}
    ...    env:QAOPS_DEADLINE_CONF=${folder}/deadline.conf
    Should Be Equal As Integers    ${said.rc}    0    ${said.stderr}
    ${ended} =    Run Process    cat    ${folder}/ended
    Remove Directory    ${folder}    recursive=True
    RETURN    ${ended.stdout}
