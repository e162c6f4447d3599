*** Settings ***
Documentation       The shop's JSON API, without a browser.

Test Tags           api
