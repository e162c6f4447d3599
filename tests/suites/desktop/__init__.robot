*** Settings ***
Documentation       The calculator of X11. It is opened once, and every test begins with an empty display.

Resource            resources/calculator.resource

Suite Setup         Open Calculator
Suite Teardown      Close Calculator
Test Setup          Press    AC
Test Tags           desktop
