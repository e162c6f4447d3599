# The desktop of the tests: a user who is logged on at boot, whose password is made there, and Appium in that session.
. "$PSScriptRoot\lib.ps1"

# Appium's Windows driver needs Windows' own driver, and that needs the developer mode.
$msi = Join-Path $env:TEMP 'winappdriver.msi'
Get-Pinned 'winappdriver' $msi
Invoke-Program 'msiexec.exe' @('/i', $msi, '/qn', '/norestart')
Remove-Item -Path $msi
$key = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\AppModelUnlock'
if (-not (Test-Path -Path $key)) { New-Item -Path $key -Force | Out-Null }
New-ItemProperty -Path $key -Name 'AllowDevelopmentWithoutDevLicense' -Value 1 -PropertyType DWord -Force | Out-Null

New-Item -ItemType Directory -Force -Path "$QaopsHome\appium" | Out-Null
Copy-Item -Path "$Uploaded\requirements\appium\windows\*.json" -Destination "$QaopsHome\appium"
Push-Location -Path "$QaopsHome\appium"
Invoke-Program "$QaopsHome\robot\Scripts\npm.exe" @('ci', '--omit=dev', '--no-audit', '--no-fund', '--silent')
Pop-Location

# The library has its version in the program's name; the runner asks for it by its own.
$ffmpeg = @(Get-Item -Path "$QaopsHome\robot\Lib\site-packages\imageio_ffmpeg\binaries\ffmpeg-*.exe")
if ($ffmpeg.Count -ne 1) { throw "there are $($ffmpeg.Count) programs of ffmpeg" }
New-Item -ItemType HardLink -Force -Path "$QaopsHome\robot\Scripts\ffmpeg.exe" -Target $ffmpeg[0].FullName | Out-Null

# No lock screen, no screen saver, no question before a program runs: each would lie over the one under test.
$policies = @(
    @('HKLM:\SOFTWARE\Policies\Microsoft\Windows\Personalization', 'NoLockScreen', 1)
    @('HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System', 'InactivityTimeoutSecs', 0)
    @('HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System', 'DisableLockWorkstation', 1)
    @('HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System', 'DisableCAD', 1)
)
foreach ($policy in $policies) {
    if (-not (Test-Path -Path $policy[0])) { New-Item -Path $policy[0] -Force | Out-Null }
    New-ItemProperty -Path $policy[0] -Name $policy[1] -Value $policy[2] -PropertyType DWord -Force | Out-Null
}

Copy-Item -Path "$PSScriptRoot\boot.ps1", "$PSScriptRoot\logon.ps1" -Destination "$QaopsHome\bin"

$powershell = 'powershell.exe'
$options = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File'
$system = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
$boot = New-ScheduledTaskAction -Execute $powershell -Argument "$options $QaopsHome\bin\boot.ps1"
# Packer restarts the builder, which must not become an environment by that: cleanup.ps1 enables the task.
$atBoot = @{
    TaskName = 'QAOps boot'
    Action = $boot
    Trigger = New-ScheduledTaskTrigger -AtStartup
    Principal = $system
    Settings = New-ScheduledTaskSettingsSet -Disable
}
Register-ScheduledTask @atBoot -Force | Out-Null

# In the session of whoever is logged on, so that it has a desktop.
$users = New-ScheduledTaskPrincipal -GroupId 'S-1-5-32-545' -RunLevel Limited
$logon = New-ScheduledTaskAction -Execute $powershell -Argument "-WindowStyle Hidden $options $QaopsHome\bin\logon.ps1"
$forever = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries
$task = @{
    TaskName = 'QAOps desktop'
    Action = $logon
    Trigger = New-ScheduledTaskTrigger -AtLogOn
    Principal = $users
    Settings = $forever
}
Register-ScheduledTask @task -Force | Out-Null
