# An environment that does the same thing at every run: no updates, no pop-ups, no sleep.
. "$PSScriptRoot\lib.ps1"

function Set-Policy {
    param([string] $Key, [string] $Name, $Value, [string] $Type = 'DWord')
    if (-not (Test-Path -Path $Key)) { New-Item -Path $Key -Force | Out-Null }
    New-ItemProperty -Path $Key -Name $Name -Value $Value -PropertyType $Type -Force | Out-Null
}

# Updates come with the next image, never in the middle of a run.
Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU' 'NoAutoUpdate' 1
Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\EdgeUpdate' 'UpdateDefault' 0
Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\EdgeUpdate' 'AutoUpdateCheckPeriodMinutes' 0
# Windows that would lie over the one under test.
Set-Policy 'HKLM:\SOFTWARE\Microsoft\ServerManager' 'DoNotOpenServerManagerAtLogon' 1
Set-Policy 'HKLM:\SYSTEM\CurrentControlSet\Control\Network\NewNetworkWindowOff' '(Default)' '' 'String'
Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\OOBE' 'DisablePrivacyExperience' 1
Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Reliability' 'ShutdownReasonOn' 0
Set-Policy 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\Windows Error Reporting' 'DontShowUI' 1
# Paths of tests may be long.
Set-Policy 'HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem' 'LongPathsEnabled' 1

Invoke-Program 'powercfg.exe' @('/setactive', '8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c')
Invoke-Program 'powercfg.exe' @('/change', 'monitor-timeout-ac', '0')
Invoke-Program 'powercfg.exe' @('/change', 'standby-timeout-ac', '0')
