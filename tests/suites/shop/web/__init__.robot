*** Settings ***
Documentation       The shop in a browser. All suites of this folder share one, and every test is a new visitor.

Resource            ../resources/shop.resource

Suite Setup         Open Chromium
Suite Teardown      Close Chromium
Test Setup          Start As A New Visitor
Test Teardown       Keep Picture Of A Failure
Test Tags           web
