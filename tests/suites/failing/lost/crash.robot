*** Test Cases ***
The First Test Passes
    Should Be Equal    1    1

The Second Takes Robot Framework With It
    [Documentation]    As a library in C does that crashes, or a system that is out of memory.
    Evaluate    os._exit(139)    modules=os

The Third Is Never Seen
    Should Be Equal    1    1
