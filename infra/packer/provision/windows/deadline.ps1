# Shuts the environment down when its run's deadline is past. The deadline is the tag qaops:deadline, in seconds since
# 1970; the metadata service tells it where the launch template lets it. Time since the boot does not depend on a clock
# that somebody sets, so it is the last word.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Seconds that an environment may outlive its run's deadline, and those that it may live without one.
$Grace = 600
$Life = 93600

function Get-Deadline {
    $base = 'http://169.254.169.254/latest'
    $ttl = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '60' }
    try {
        $token = Invoke-RestMethod -Method Put -Uri "$base/api/token" -Headers $ttl -TimeoutSec 2
        $headers = @{ 'X-aws-ec2-metadata-token' = $token }
        Invoke-RestMethod -Uri "$base/meta-data/tags/instance/qaops:deadline" -Headers $headers -TimeoutSec 2
    } catch {
        $null
    }
}

# The counter of the system runs on from the boot, however the clock is set.
$up = [Diagnostics.Stopwatch]::GetTimestamp() / [Diagnostics.Stopwatch]::Frequency
$deadline = Get-Deadline
$now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
if ($up -gt $Life -or ("$deadline" -match '^[0-9]{1,12}$' -and $now -gt [long] $deadline + $Grace)) {
    Stop-Computer -Force
}
