*** Test Cases ***
Somebody Logs In
    [Tags]    critical
    Fail    The login page answers with status 500
