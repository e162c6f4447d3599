*** Settings ***
Documentation       The shop under load. Locust says how long its answers took; the gates say what is too long.

Library             OperatingSystem
Library             Process
Variables           ../resources/address.py

Test Tags           load


*** Variables ***
${REPORTS}      ${CURDIR}${/}..${/}reports


*** Test Cases ***
Ten Visitors Look Around
    [Documentation]    Fails only if nothing could be measured.
    Create Directory    ${REPORTS}
    ${load} =    Run Process    python3    -m    locust    --locustfile    ${CURDIR}${/}locustfile.py
    ...    --headless    --users    10    --spawn-rate    10    --run-time    2m    --stop-timeout    5
    ...    --host    ${SHOP}    --csv    ${REPORTS}${/}load    --only-summary    --exit-code-on-error    0
    ...    stderr=STDOUT    timeout=180s
    Log    ${load.stdout}
    Should Be Equal As Integers    ${load.rc}    0
    File Should Not Be Empty    ${REPORTS}${/}load_stats.csv
