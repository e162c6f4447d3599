*** Settings ***
Documentation       A browser that opens a page and runs its script.

Library             SeleniumLibrary    run_on_failure=No Operation

Suite Setup         Open A Browser
Suite Teardown      Close All Browsers


*** Test Cases ***
A Page Opens And Its Script Runs
    Go To    data:text/html,<script>document.title = 'after ' + (40 + 2)</script>
    Title Should Be    after 42

A Click Arrives
    Go To    data:text/html,<button id="b" onclick="this.textContent = 'clicked'">press</button>
    Click Button    b
    Element Text Should Be    b    clicked


*** Keywords ***
Open A Browser
    [Documentation]    Opens Chrome with the driver of the image; nothing is looked for in the network.
    Open Browser
    ...    about:blank
    ...    chrome
    ...    options=binary_location=r"C:\\qaops\\chrome-win64\\chrome.exe";add_argument("--headless=new")
    ...    service=executable_path=r"C:\\qaops\\chromedriver-win64\\chromedriver.exe"
