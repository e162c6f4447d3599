*** Settings ***
Documentation       What an environment must have: everything with the version that was asked for.

Library             Collections
Library             OperatingSystem
Library             String
Resource            resources/commands.resource


*** Variables ***
${HOME}         /opt/qaops
# A letter of each script, by its name; the browser's users write in all of them.
&{LETTERS}      Latin=0041    Cyrillic=0416    Greek=03a9    Hebrew=05d0    Arabic=0639    Devanagari=0915
...             Bengali=0995    Gurmukhi=0a15    Gujarati=0a95    Oriya=0b15    Tamil=0b95    Telugu=0c15
...             Kannada=0c95    Malayalam=0d15    Sinhala=0d9a    Thai=0e01    Lao=0e81    Tibetan=0f40
...             Myanmar=1000    Georgian=10d0    Ethiopic=1200    Cherokee=13a0    Khmer=1780    Mongolian=1820
...             Armenian=0531    Hiragana=3042    Katakana=30a2    Hangul=ac00    Han=6f22    Emoji=1f600


*** Test Cases ***
Python Packages Are The Pinned Ones
    ${installed} =    Output Of    ${HOME}/robot/bin/pip    freeze    --disable-pip-version-check
    ${pinned} =    Get File    ${HOME}/requirements.txt
    ${pinned} =    Get Regexp Matches    ${pinned}    (?m)^[a-z0-9.-]+==\\S+
    # An underscore, a dot and a hyphen are one letter in a package's name.
    ${installed} =    Evaluate    re.sub('[-_.]+(?=[^=\\n]*==)', '-', $installed.lower())    modules=re
    ${installed} =    Evaluate    sorted($installed.splitlines())
    ${pinned} =    Evaluate    sorted($pinned)
    Lists Should Be Equal    ${installed}    ${pinned}

Robot Framework Is The One Of The Image
    ${versions} =    Get File    ${HOME}/versions.json
    ${wanted} =    Evaluate    json.loads($versions)['robot_framework']    modules=json
    ${said} =    Output Of    robot    --version    status=251
    Should Start With    ${said}    Robot Framework ${wanted}${SPACE}

Chromium And Its Driver Are Of One Version
    ${browser} =    Output Of    chromium    --version
    ${driver} =    Output Of    chromedriver    --version
    Should Be Equal    ${browser.split()}[1]    ${driver.split()}[1]

The Runner Is The One That The Image Names
    ${image} =    Get File    /etc/qaops/image.json
    ${hash} =    Output Of    sha256sum    ${HOME}/bin/qaops-runner
    ${wanted} =    Evaluate    json.loads($image)['runner']    modules=json
    Should Be Equal    ${hash.split()}[0]    ${wanted}
    ${said} =    Output Of    qaops-runner    --help
    Should Contain    ${said}    --attempt

The Image Says What It Is
    ${image} =    Get File    /etc/qaops/image.json
    ${image} =    Evaluate    json.loads($image)    modules=json
    Should Match Regexp    ${image}[commit]    ^[0-9a-f]{7,40}(-dirty)?$
    Should Not Be Empty    ${image}[version]
    Dictionary Should Contain Key    ${image}[packages]    chromium

Every Script Has A Face
    [Template]    Letter Should Have A Face
    FOR    ${script}    ${code}    IN    &{LETTERS}
        ${script}    ${code}
    END

Agent And Timers Start At Boot
    [Template]    Unit Should Be Enabled
    amazon-ssm-agent.service
    chrony.service
    qaops-deadline.timer
    qaops-metadata.service
    qaops-first-boot.service

Nothing Updates Itself
    [Template]    Unit Should Be Masked
    apt-daily.timer
    apt-daily-upgrade.timer
    unattended-upgrades.service

Time Comes From The Instance's Own Source
    ${conf} =    Get File    /etc/chrony/chrony.conf
    Should Contain    ${conf}    server 169.254.169.123
    ${others} =    Get Lines Matching Regexp    ${conf}    ^(pool|server) (?!169\\.254\\.169\\.123).*
    Should Be Empty    ${others}

The Clock Follows The Time Source
    [Tags]    aws    booted
    Wait Until Keyword Succeeds    60s    2s    Time Source Should Be Followed


*** Keywords ***
Letter Should Have A Face
    [Documentation]    Some installed font draws this character.
    [Arguments]    ${script}    ${code}
    ${faces} =    Output Of    fc-list    :charset=${code}    family
    Should Not Be Empty    ${faces}    no font has a letter of ${script}

Unit Should Be Enabled
    [Documentation]    The unit starts with the environment.
    [Arguments]    ${unit}
    ${state} =    Output Of    systemctl    is-enabled    ${unit}
    Should Be Equal    ${state}    enabled

Unit Should Be Masked
    [Documentation]    Nobody can start the unit.
    [Arguments]    ${unit}
    ${state} =    Output Of    systemctl    is-enabled    ${unit}    status=1
    Should Be Equal    ${state}    masked

Time Source Should Be Followed
    [Documentation]    The mark of the source that the clock follows is a star.
    ${sources} =    Output Of    chronyc    -n    sources
    Should Contain    ${sources}    ^* 169.254.169.123
