*** Settings ***
Documentation       The shop under load. Locust says how long its answers took; the gates say what is too long.

Library             OperatingSystem
Library             Process
Variables           ../resources/address.py

Test Tags           load


*** Variables ***
${REPORTS}      ${CURDIR}${/}..${/}reports


*** Test Cases ***
Ten Visitors Look Around For Five Seconds
    [Documentation]    Fails only if nothing could be measured.
    Create Directory    ${REPORTS}
    ${load} =    Run Process    python3    -m    locust    --locustfile    ${CURDIR}${/}locustfile.py
    ...    --headless    --users    10    --spawn-rate    10    --run-time    5s    --stop-timeout    2
    ...    --host    ${SHOP}    --csv    ${REPORTS}${/}load    --only-summary    --exit-code-on-error    0
    ...    stderr=STDOUT    timeout=60s
    Log    ${load.stdout}
    Should Be Equal As Integers    ${load.rc}    0
    File Should Not Be Empty    ${REPORTS}${/}load_stats.csv
