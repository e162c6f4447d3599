# Removes what belongs to the builder and to no environment: keys, logs, histories and the builder's password. It is the
# last thing that runs on the builder.
. "$PSScriptRoot\lib.ps1"

# EC2Launch starts the agent at every boot, also where its service is Manual; a service that is Disabled cannot be started.
# boot.ps1 enables it once there is a desktop. The agent that runs now stays: Packer works through it.
Set-Service -Name AmazonSSMAgent -StartupType Disabled
Enable-ScheduledTask -TaskName 'QAOps boot' | Out-Null
Set-Service -Name sshd -StartupType Disabled
Remove-Item -Path "$env:ProgramData\ssh\administrators_authorized_keys", "$env:ProgramData\ssh\ssh_host_*" -Force `
    -ErrorAction SilentlyContinue
Get-NetFirewallRule -Name 'OpenSSH-Server-In-TCP' -ErrorAction SilentlyContinue | Disable-NetFirewallRule

$left = @(
    'C:\Users\*\.ssh'
    'C:\Users\*\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\*'
    'C:\Users\*\AppData\Local\Temp\*'
    'C:\Windows\Temp\*'
    "$QaopsHome\log\*"
    "$env:ProgramData\Amazon\SSM\Logs\*"
    "$env:ProgramData\Amazon\EC2Launch\log\*"
    "$env:ProgramData\ssh\logs\*"
    'C:\qaops-build'
)
Remove-Item -Path $left -Recurse -Force -ErrorAction SilentlyContinue
Remove-Item -Path 'HKLM:\SOFTWARE\QAOps' -Recurse -Force -ErrorAction SilentlyContinue
Get-WinEvent -ListLog '*' -ErrorAction SilentlyContinue | Where-Object { $_.RecordCount } | ForEach-Object {
    [Diagnostics.Eventing.Reader.EventLogSession]::GlobalSession.ClearLog($_.LogName)
}

# The next boot is a first boot: host name, password of the administrator and user data are made anew. Without sysprep,
# for environments join no domain, and generalizing costs each of them minutes.
Invoke-Program "$env:ProgramFiles\Amazon\EC2Launch\EC2Launch.exe" @('reset', '--clean', '--block')
