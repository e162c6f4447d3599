*** Settings ***
Library     OperatingSystem
Library     Process


*** Test Cases ***
The Report Is Asked For Ten Times
    ${url} =    Get File    ${CURDIR}${/}server.url
    ${load} =    Run Process    python3    -m    locust    --headless    --users    1    --run-time    60s
    ...    --host    ${url}    --csv    load    --only-summary    cwd=${CURDIR}    stderr=STDOUT    timeout=90s
    Log    ${load.stdout}
    Should Be Equal As Integers    ${load.rc}    0
