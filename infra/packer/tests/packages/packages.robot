*** Settings ***
Documentation       What a suite asks for in `[environment]` is there before its first test, with what it depends on.

Library             Process


*** Test Cases ***
The Package Is Installed
    ${told} =    Run Process    qaops-proof
    Should Be Equal    ${told.stdout}    installed for real

What It Depends On Is Installed Too
    ${told} =    Run Process    dpkg-query    --show    --showformat    \${db:Status-Status}    qaops-proof-data
    Should Be Equal    ${told.stdout}    installed
