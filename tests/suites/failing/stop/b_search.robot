*** Test Cases ***
Something That Takes Its Time
    Sleep    2s
