*** Settings ***
Documentation       What no environment may have of the one who built its image, and nobody else either.

Library             OperatingSystem
Library             String
Resource            resources/commands.resource

Test Tags           booted


*** Test Cases ***
There Are No Host Keys
    Nothing Should Be Found    /etc/ssh    -name    ssh_host_*

Nobody Is Let In By A Key
    Nothing Should Be Found    /    -xdev    (    -name    authorized_keys    -o    -name    authorized_keys2    )

There Are No Private Keys
    Nothing Should Be Found    /root    /home    /etc/ssh    /etc/qaops    /opt/qaops    /var/lib/qaops
    ...    -xdev    -type    f    (    -name    id_*    -o    -name    *.pem    -path    */private/*    )

There Are No Credentials
    Nothing Should Be Found    /root    /home    -xdev
    ...    (    -name    .aws    -o    -name    .netrc    -o    -name    .docker    -o    -name    .npmrc    )

There Are No Histories
    Nothing Should Be Found    /root    /home    -xdev    -name    *_history

The Builder's User Is Gone
    ${users} =    Output Of    awk    -F:    $3 >= 1000 && $3 < 60000    /etc/passwd
    Should Be Empty    ${users}
    Nothing Should Be Found    /home    -mindepth    1    -maxdepth    1
    File Should Not Exist    /etc/sudoers.d/90-cloud-init-users

The First Boot Makes No User
    ${conf} =    Get File    /etc/cloud/cloud.cfg.d/90-qaops.cfg
    Should Contain    ${conf}    users: []

Nobody Logs In With A Password
    ${users} =    Output Of    awk    -F:    $2 !~ /^[!*]/    /etc/shadow
    Should Be Empty    ${users}

Nobody Listens For Logins
    ${state} =    Output Of    systemctl    is-enabled    ssh.service    status=1
    Should Be Equal    ${state}    masked
    ${listening} =    Output Of    ss    --listening    --tcp    --numeric    --no-header    sport = :22
    Should Be Empty    ${listening}

Logs Begin With This Boot
    ${lines} =    Output Of    grep    --recursive    --files-with-matches    --text    of the builder    /var/log
    ...    status=1
    Should Be Empty    ${lines}
    ${booted} =    Output Of    systemctl    show    --value    --property    UserspaceTimestamp
    Nothing Should Be Found    /var/log    -type    f    !    -newermt    ${booted}    -size    +0

The Environment Has An Identity Of Its Own
    ${id} =    Get File    /etc/machine-id
    Should Match Regexp    ${id}    ^[0-9a-f]{32}\\s$
    ${booted} =    Output Of    systemctl    show    --value    --property    UserspaceTimestamp
    ${made} =    Output Of    stat    --format    %Y    /etc/machine-id
    ${since} =    Output Of    date    --date    ${booted}    +%s
    Should Be True    ${made} >= ${since} - 2    the machine's id is older than its boot

The Build Left Nothing
    Nothing Should Be Found    /var/tmp    -name    qaops
    Directory Should Be Empty    /var/lib/apt/lists
    File Should Not Exist    /usr/sbin/policy-rc.d
    Nothing Should Be Found    /var/lib/cloud/instances    -name    i-builder
    Nothing Should Be Found    /var/cache/apt/archives    -name    *.deb
