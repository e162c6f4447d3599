# What the steps of the provisioning share: `. "$PSScriptRoot\lib.ps1"`.
#
# QAOPS_VERSION, QAOPS_COMMIT   what is built, for image.json
# QAOPS_SOURCES                 URL of a folder that has the downloads instead of their publishers; may be empty
# QAOPS_PACKAGE_INDEX           index of Python packages instead of pip's own; may be empty
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The folder that was uploaded, and where everything of ours is in the image.
$Uploaded = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$QaopsHome = 'C:\qaops'
$Versions = Get-Content -Raw -Path (Join-Path $Uploaded 'versions.json') | ConvertFrom-Json

# Downloads one of versions.json into a file. A file with another hash is removed, and the build ends.
function Get-Pinned {
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $OutFile)
    $pinned = $Versions.downloads.$Name
    if (-not $pinned.sha256) {
        throw "$Name has no hash in versions.json: run infra/packer/image pin $Name"
    }
    $url = $pinned.url.Replace('{version}', $pinned.version)
    if ($env:QAOPS_SOURCES) {
        $url = $env:QAOPS_SOURCES.TrimEnd('/') + '/' + $url.Split('/')[-1]
    }
    Invoke-WebRequest -Uri $url -OutFile $OutFile -UseBasicParsing
    $hash = (Get-FileHash -Algorithm SHA256 -Path $OutFile).Hash
    if ($hash -ne $pinned.sha256) {
        Remove-Item -Path $OutFile -Force
        throw "$url is not what versions.json says of $Name"
    }
}

# Runs a program and fails with it; PowerShell alone would go on.
function Invoke-Program {
    param([Parameter(Mandatory)] [string] $Path, [string[]] $Arguments = @(), [int[]] $Good = @(0))
    $process = Start-Process -FilePath $Path -ArgumentList $Arguments -Wait -PassThru -NoNewWindow
    if ($Good -notcontains $process.ExitCode) {
        throw "$Path ended with $($process.ExitCode)"
    }
}

# Puts a folder on the PATH of every process that starts from now on.
function Add-MachinePath {
    param([Parameter(Mandatory)] [string] $Folder)
    $path = [Environment]::GetEnvironmentVariable('Path', 'Machine').Split(';') | Where-Object { $_ }
    if ($path -notcontains $Folder) {
        [Environment]::SetEnvironmentVariable('Path', (@($path) + $Folder) -join ';', 'Machine')
    }
    $env:Path = "$env:Path;$Folder"
}
