# Runs at logon in the session of the desktop's user: gives the screen its size, starts the desktop server of
# the runner, and Appium.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Set-ItemProperty -Path 'HKCU:\Control Panel\Desktop' -Name 'ScreenSaveActive' -Value '0'
Set-DisplayResolution -Width 1920 -Height 1080 -Force

# The desktop server of the runner; the client that SSM starts waits for it.
Start-Process -FilePath "$env:ProgramFiles\QAOps\qaops-runner.exe" -ArgumentList 'desktop' -WindowStyle Hidden

$appium = 'C:\qaops\appium\node_modules\appium\index.js'
$options = @('server', '--address', '127.0.0.1', '--port', '4723', '--log-timestamp')
$log = "C:\qaops\log\appium.log"
& 'C:\qaops\robot\Scripts\node.exe' $appium @options *> $log
exit $LASTEXITCODE
