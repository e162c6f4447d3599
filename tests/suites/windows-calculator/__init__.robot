*** Settings ***
Documentation       The Calculator of Windows. It is opened once, and every test begins with an empty display.

Resource            resources/calculator.resource

Suite Setup         Open Calculator
Suite Teardown      Close Application
Test Setup          Clear Calculator
Test Teardown       Keep Picture Of A Failure
Test Tags           desktop
