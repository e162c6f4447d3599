# Runs the image suite on this environment: `image-tests.ps1 [options of robot]`.
$out = Join-Path $env:TEMP ('qaops-image-tests-' + [Guid]::NewGuid())
Write-Output "output in $out"
& 'C:\qaops\robot\Scripts\robot.exe' --outputdir $out --consolewidth 120 @args 'C:\qaops\tests\windows'
exit $LASTEXITCODE
