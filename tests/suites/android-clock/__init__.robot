*** Settings ***
Documentation       The Clock of Android. One session serves all suites; each test begins with a fresh app.

Resource            resources/clock.resource

Suite Setup         Open Clock
Suite Teardown      Close Application
Test Teardown       Keep Picture Of A Failure
Test Tags           mobile
