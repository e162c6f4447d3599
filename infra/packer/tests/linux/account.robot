*** Settings ***
Documentation       The account that tests run as: it has no privileges and does not reach the instance's credentials.

Library             OperatingSystem
Library             Process
Library             library/Metadata.py
Resource            resources/commands.resource


*** Variables ***
${ACCOUNT}      qaops-tests
${ADDRESS}      169.254.169.254


*** Test Cases ***
The Account Has No Privileges
    ${groups} =    Output Of    id    --groups    --name    ${ACCOUNT}
    Should Be Equal    ${groups}    ${ACCOUNT}
    ${rules} =    Run Process    find    /etc/sudoers.d    -name    qaops-tests
    Should Be Empty    ${rules.stdout}

The Runner Is Told The Account
    ${image} =    Get File    /etc/qaops/environment
    Should Contain    ${image.splitlines()}    QAOPS_TEST_USER=${ACCOUNT}

Chromium Starts With Its Sandbox
    ${page} =    Output As The Account    chromium    --headless    --disable-gpu    --dump-dom
    ...    data:text/html,<p>drawn</p>
    Should Contain    ${page}    <p>drawn</p>

The Account Cannot End The Environment
    ${said} =    As The Account    systemctl    poweroff
    Should Not Be Equal As Integers    ${said.rc}    0

Only Root Reads Metadata
    [Documentation]    Here another server has the address of the metadata service.
    [Tags]    booted    private-network
    [Setup]    Run Process    ip    address    add    ${ADDRESS}/32    dev    lo
    Serve Metadata    +60    host=${ADDRESS}    port=80
    ${status} =    Output Of    curl    --silent    --output    /dev/null    --write-out    %\{http_code}    http://${ADDRESS}/
    Should Be Equal    ${status}    401
    ${said} =    As The Account    curl    --silent    --show-error    http://${ADDRESS}/
    Should Be Equal As Integers    ${said.rc}    7    ${said.stderr}
    [Teardown]    Run Process    ip    address    delete    ${ADDRESS}/32    dev    lo

Tests Do Not Read Metadata
    [Tags]    aws    booted
    ${said} =    As The Account    curl    --silent    --show-error    --max-time    5    http://${ADDRESS}/
    Should Be Equal As Integers    ${said.rc}    7    ${said.stderr}


*** Keywords ***
As The Account
    [Documentation]    The end of a command that the account of the tests starts.
    [Arguments]    @{command}
    ${home} =    Evaluate    tempfile.mkdtemp()    modules=tempfile
    ${root} =    Evaluate    os.geteuid() == 0    modules=os
    IF    ${root}    Output Of    chown    ${ACCOUNT}    ${home}
    VAR    @{start} =    env    HOME=${home}
    IF    ${root}
        VAR    @{start} =    setpriv    --reuid\=${ACCOUNT}    --regid\=${ACCOUNT}    --init-groups    @{start}
    END
    ${done} =    Run Process    @{start}    @{command}    timeout=60s
    Remove Directory    ${home}    recursive=True
    RETURN    ${done}

Output As The Account
    [Documentation]    What a command of that account prints; it fails unless the command ends with 0.
    [Arguments]    @{command}
    ${done} =    As The Account    @{command}
    Should Be Equal As Integers    ${done.rc}    0    ${done.stderr}    values=False
    RETURN    ${done.stdout}
