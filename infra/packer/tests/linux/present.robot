*** Settings ***
Documentation       What an environment must have.

Library             OperatingSystem
Library             Process


*** Variables ***
${PREFIX}       /opt/qaops


*** Test Cases ***
Robot Framework And Its Libraries Are The Pinned Ones
    ${done} =    Run Process    ${PREFIX}/robot/bin/pip    freeze    --disable-pip-version-check
    ${pinned} =    Get File    ${PREFIX}/requirements.txt
    FOR    ${package}    IN    @{done.stdout.splitlines()}
        Should Contain    ${pinned}    ${package}${SPACE}\\
    END

Chromium And Its Driver Are Of One Version
    ${browser} =    Run Process    chromium    --version
    ${driver} =    Run Process    chromedriver    --version
    Should Be Equal    ${browser.stdout.split()[1]}    ${driver.stdout.split()[1]}
