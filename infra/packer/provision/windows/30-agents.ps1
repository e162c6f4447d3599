# The CloudWatch agent. The SSM agent is in Amazon's image already; it must only be new enough.
. "$PSScriptRoot\lib.ps1"

if (-not (Get-Service -Name AmazonSSMAgent -ErrorAction SilentlyContinue)) {
    throw 'the source image has no SSM agent'
}
$msi = Join-Path $env:TEMP 'cloudwatch.msi'
Get-Pinned 'cloudwatch_agent_windows' $msi
Invoke-Program 'msiexec.exe' @('/i', $msi, '/qn', '/norestart')
Remove-Item -Path $msi

# What a person wants to see of an environment that behaves oddly; results never depend on it.
$config = @{
    agent = @{ metrics_collection_interval = 60 }
    metrics = @{
        namespace = 'QAOps/Environments'
        append_dimensions = @{ InstanceId = '${aws:InstanceId}'; ImageId = '${aws:ImageId}' }
        metrics_collected = @{
            Processor = @{ measurement = @('% Processor Time'); resources = @('_Total') }
            LogicalDisk = @{ measurement = @('% Free Space'); resources = @('C:') }
            Memory = @{ measurement = @('% Committed Bytes In Use') }
        }
    }
    logs = @{
        logs_collected = @{
            files = @{
                collect_list = @(
                    @{
                        file_path = 'C:\qaops\log\*.log'
                        log_group_name = '/qaops/environments'
                        log_stream_name = '{instance_id}/qaops'
                    }
                )
            }
        }
    }
}
$file = "$QaopsHome\cloudwatch-agent.json"
# The agent cannot read a byte order mark.
[IO.File]::WriteAllText($file, ($config | ConvertTo-Json -Depth 10))
& 'C:\Program Files\Amazon\AmazonCloudWatchAgent\amazon-cloudwatch-agent-ctl.ps1' -a fetch-config -m ec2 -c "file:$file"
