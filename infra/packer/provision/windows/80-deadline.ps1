# An environment ends itself: at the deadline of its run, and after a day whatever anybody says.
. "$PSScriptRoot\lib.ps1"

Copy-Item -Path "$PSScriptRoot\deadline.ps1" -Destination "$QaopsHome\bin"
$task = @{
    TaskName = 'QAOps deadline'
    Principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
    Trigger = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 1)
    Action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument (
        "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File $QaopsHome\bin\deadline.ps1"
    )
}
Register-ScheduledTask @task -Force | Out-Null
