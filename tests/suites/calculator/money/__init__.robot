*** Settings ***
Documentation       Sums of money: every suite of this folder calculates with two decimal places.
...
...                 The setup below runs once before the folder's first suite, the teardown once after its
...                 last, and the tags are those of every test in it.

Library             ../library/CalculatorLibrary.py

Suite Setup         Open Calculator    places=2
Suite Teardown      Open Calculator
Test Setup          Reset Calculator
Test Tags           regression    money
