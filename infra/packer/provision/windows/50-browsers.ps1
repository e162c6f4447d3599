# Chrome for Testing, which never updates itself, and the driver of the very same version.
. "$PSScriptRoot\lib.ps1"

if ($Versions.downloads.chrome.version -ne $Versions.downloads.chromedriver.version) {
    throw 'chrome and chromedriver have different versions in versions.json'
}
foreach ($name in 'chrome', 'chromedriver') {
    $zip = Join-Path $env:TEMP "$name.zip"
    Get-Pinned $name $zip
    Expand-Archive -Path $zip -DestinationPath $QaopsHome -Force
    Remove-Item -Path $zip
    Add-MachinePath "$QaopsHome\$name-win64"
}
# Selenium would look for browsers and drivers in the network in the middle of a test.
[Environment]::SetEnvironmentVariable('SE_OFFLINE', 'true', 'Machine')
[Environment]::SetEnvironmentVariable('SE_AVOID_STATS', 'true', 'Machine')

# Fonts for the scripts of the world come as features of Windows.
$fonts = @(Get-WindowsCapability -Online -Name 'Language.Fonts.*' | Where-Object { $_.State -ne 'Installed' })
foreach ($font in $fonts) {
    Add-WindowsCapability -Online -Name $font.Name | Out-Null
}
