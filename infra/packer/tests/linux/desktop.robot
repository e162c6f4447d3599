*** Settings ***
Documentation       A desktop that shows a window and takes a click and a key.

Library             library/Desktop.py    width=1920    height=1080

Suite Setup         Start Desktop
Suite Teardown      Stop Desktop


*** Test Cases ***
The Screen Has The Size That Was Asked For
    ${size} =    Screen Size
    Should Be Equal    ${size}    1920x1080

A Window Takes A Click And A Key
    Open Window
    Click Into Window
    Window Should Have Got    click
    Press Key    a
    Window Should Have Got    key

A Picture Of The Desktop Shows The Window
    Open Window
    ${colours} =    Count Colours
    Should Be True    ${colours} > 1    the picture is of one colour
