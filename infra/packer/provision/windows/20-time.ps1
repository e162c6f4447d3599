# Time from the Amazon Time Sync Service, which every instance reaches without a network of its own.
. "$PSScriptRoot\lib.ps1"

Set-Service -Name w32time -StartupType Automatic
Start-Service -Name w32time
Invoke-Program 'w32tm.exe' @('/config', '/manualpeerlist:169.254.169.123,0x9', '/syncfromflags:manual', '/update')
Set-TimeZone -Id 'UTC'
