# Runs every step in the order of their names.
. "$PSScriptRoot\lib.ps1"

New-Item -ItemType Directory -Force -Path "$QaopsHome\bin", "$QaopsHome\log" | Out-Null
foreach ($step in Get-ChildItem -Path $PSScriptRoot -Filter '??-*.ps1' | Sort-Object -Property Name) {
    $began = Get-Date
    Write-Output "== $($step.BaseName)"
    & $step.FullName
    Write-Output "== $($step.BaseName) took $([int]((Get-Date) - $began).TotalSeconds) s"
}
