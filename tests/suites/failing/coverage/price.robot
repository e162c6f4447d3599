*** Settings ***
Library     Process


*** Test Cases ***
Three Pieces Cost Three Euros
    ${price} =    Run Process    python3    ${CURDIR}${/}price.py    3
    Should Be Equal    ${price.stdout}    300
