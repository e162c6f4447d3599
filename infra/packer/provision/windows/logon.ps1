# Runs at logon in the session of the desktop's user: gives the screen its size and starts Appium.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Set-ItemProperty -Path 'HKCU:\Control Panel\Desktop' -Name 'ScreenSaveActive' -Value '0'
Set-DisplayResolution -Width 1920 -Height 1080 -Force

$appium = 'C:\qaops\appium\node_modules\appium\index.js'
$options = @('server', '--address', '127.0.0.1', '--port', '4723', '--log-timestamp')
$log = "C:\qaops\log\appium.log"
& 'C:\qaops\robot\Scripts\node.exe' $appium @options *> $log
exit $LASTEXITCODE
