*** Settings ***
Documentation       A browser that opens a page, runs its script, and draws what people write.

Library             SeleniumLibrary    run_on_failure=No Operation
Library             library/Pages.py

Suite Setup         Open A Browser
Suite Teardown      Close All Browsers


*** Variables ***
# The environment runs as root, and a container or a lean image has little shared memory.
${OPTIONS}      add_argument("--headless=new");add_argument("--no-sandbox");add_argument("--disable-dev-shm-usage")


*** Test Cases ***
A Page Opens And Its Script Runs
    ${page} =    Serve Page    <title>before</title><script>document.title = 'after ' + (40 + 2)</script>
    Go To    ${page}
    Title Should Be    after 42

A Click Arrives
    ${page} =    Serve Page    <button id="b" onclick="this.textContent = 'clicked'">press</button>
    Go To    ${page}
    Click Button    b
    Element Text Should Be    b    clicked

Letters Of The World Are Drawn
    [Documentation]    A letter that no font has is drawn as the same box as one that nobody has assigned.
    ${page} =    Serve Page    <canvas id="c" width="64" height="64"></canvas>
    Go To    ${page}
    FOR    ${letter}    IN    A    Ж    Ω    א    ع    क    ก    ქ    አ    あ    ア    한    漢    😀    ខ    த
        ${drawn} =    Execute Javascript    ${DRAW}    ARGUMENTS    ${letter}
        ${box} =    Execute Javascript    ${DRAW}    ARGUMENTS    \U0010fffd
        Should Not Be Equal    ${drawn}    ${box}    ${letter} is drawn as a box
    END


*** Keywords ***
Open A Browser
    [Documentation]    Opens Chromium with the driver of the image; nothing is looked for in the network.
    Open Browser
    ...    about:blank
    ...    chrome
    ...    options=binary_location="/usr/bin/chromium";${OPTIONS}
    ...    service=executable_path="/usr/bin/chromedriver"
    Set Selenium Timeout    20s


*** Variables ***
${DRAW}         SEPARATOR=\n
...             const context = document.getElementById('c').getContext('2d', {willReadFrequently: true});
...             context.clearRect(0, 0, 64, 64);
...             context.font = '40px sans-serif';
...             context.fillText(arguments[0], 4, 48);
...             return Array.from(context.getImageData(0, 0, 64, 64).data).join();
