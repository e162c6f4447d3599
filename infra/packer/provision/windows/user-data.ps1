# User data of the builder: SSH, which Packer reaches through Session Manager, with the key of this build only.
$base = 'http://169.254.169.254/latest'
$ttl = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' }
$token = Invoke-RestMethod -Method Put -Uri "$base/api/token" -Headers $ttl
$key = Invoke-RestMethod -Uri "$base/meta-data/public-keys/0/openssh-key" -Headers @{ 'X-aws-ec2-metadata-token' = $token }

Set-Service -Name sshd -StartupType Automatic
Start-Service -Name sshd
$file = "$env:ProgramData\ssh\administrators_authorized_keys"
Set-Content -Path $file -Value $key -Encoding ascii
# sshd reads the file only where nobody else may write it.
icacls.exe $file /inheritance:r /grant '*S-1-5-32-544:F' /grant '*S-1-5-18:F'

# Commands of Packer are PowerShell's.
$shell = 'C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe'
New-ItemProperty -Path 'HKLM:\SOFTWARE\OpenSSH' -Name DefaultShell -Value $shell -PropertyType String -Force
# Nobody reaches the port from outside: only the SSM agent, on the instance itself.
Get-NetFirewallRule -Name 'OpenSSH-Server-In-TCP' | Disable-NetFirewallRule
