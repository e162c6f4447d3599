*** Settings ***
Documentation       The memory, which outlives a calculation.

Resource            resources/calculator.resource


*** Test Cases ***
A Number Is Kept
    Press    4    2    STO    CE/C
    Display Should Show    0
    Press    RCL
    Display Should Show    42

Numbers Are Added Up
    Press    1    0    STO    5    SUM    CE/C    RCL
    Display Should Show    15

Display And Memory Change Places
    Press    3    STO    8    EXC
    Display Should Show    3
    Press    RCL
    Display Should Show    8
