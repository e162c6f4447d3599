# The runner, the image suite, and what the image says of itself.
. "$PSScriptRoot\lib.ps1"

# Where the deployment's order looks for it.
$program = "$env:ProgramFiles\QAOps"
New-Item -ItemType Directory -Force -Path $program | Out-Null
Copy-Item -Path "$Uploaded\qaops-runner.exe" -Destination $program
Add-MachinePath $program
New-Item -ItemType Directory -Force -Path "$QaopsHome\tests" | Out-Null
Copy-Item -Path "$Uploaded\tests\windows" -Destination "$QaopsHome\tests" -Recurse -Force
Copy-Item -Path "$Uploaded\versions.json" -Destination $QaopsHome
Copy-Item -Path "$PSScriptRoot\image-tests.ps1" -Destination "$QaopsHome\bin"
# The desktop's user writes logs, and changes nothing else of ours.
Invoke-Program 'icacls.exe' @("$QaopsHome\log", '/grant', '*S-1-5-32-545:(OI)(CI)M')

# Client and server of the runner meet here: the client that SSM starts is SYSTEM, the server is the desktop's user, who gets
# in at the first boot. Nobody else does: what is handed over may hold secrets.
New-Item -ItemType Directory -Force -Path "$QaopsHome\work" | Out-Null
$owners = @('/grant', '*S-1-5-18:(OI)(CI)F', '/grant', '*S-1-5-32-544:(OI)(CI)F')
Invoke-Program 'icacls.exe' (@("$QaopsHome\work", '/inheritance:r') + $owners)
[Environment]::SetEnvironmentVariable('QAOPS_WORK', "$QaopsHome\work", 'Machine')

$image = @{
    platform = 'windows'
    version = $env:QAOPS_VERSION
    commit = $env:QAOPS_COMMIT
    runner = (Get-FileHash -Algorithm SHA256 -Path "$program\qaops-runner.exe").Hash.ToLowerInvariant()
    windows = (Get-CimInstance -ClassName Win32_OperatingSystem).Version
}
[IO.File]::WriteAllText("$QaopsHome\image.json", ($image | ConvertTo-Json))
