# Python, and Robot Framework with the libraries of this kind of environment, each with its hash.
. "$PSScriptRoot\lib.ps1"

$setup = Join-Path $env:TEMP 'python-setup.exe'
Get-Pinned 'python' $setup
$options = @('/quiet', 'InstallAllUsers=1', 'TargetDir=C:\Python', 'Include_test=0', 'Include_doc=0', 'PrependPath=0')
Invoke-Program $setup $options
Remove-Item -Path $setup

Invoke-Program 'C:\Python\python.exe' @('-m', 'venv', "$QaopsHome\robot")
$pip = @(
    '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-input'
    '--require-hashes', '--only-binary', ':all:', '--requirement', "$Uploaded\requirements\windows.txt"
)
if ($env:QAOPS_PACKAGE_INDEX) { $pip += @('--index-url', $env:QAOPS_PACKAGE_INDEX) }
Invoke-Program "$QaopsHome\robot\Scripts\python.exe" $pip
Invoke-Program "$QaopsHome\robot\Scripts\python.exe" @('-m', 'pip', 'check', '--disable-pip-version-check')
Copy-Item -Path "$Uploaded\requirements\windows.txt" -Destination "$QaopsHome\requirements.txt"
Add-MachinePath "$QaopsHome\robot\Scripts"
