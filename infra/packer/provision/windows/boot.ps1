# Runs at every boot, as SYSTEM. The first boot of an instance makes the desktop's user with a password that nobody
# knows and that lives as long as the instance: it is in no image, log or parameter. Windows logs that user on at the
# boot that follows. Only then is the SSM agent enabled and started, so an environment that can be reached has its desktop.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$User = 'qaops-desktop'
$Key = 'HKLM:\SOFTWARE\QAOps'
$Winlogon = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'

function Get-InstanceId {
    $base = 'http://169.254.169.254/latest'
    $ttl = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '60' }
    $token = Invoke-RestMethod -Method Put -Uri "$base/api/token" -Headers $ttl -TimeoutSec 10
    Invoke-RestMethod -Uri "$base/meta-data/instance-id" -Headers @{ 'X-aws-ec2-metadata-token' = $token } -TimeoutSec 10
}

function New-Password {
    $bytes = New-Object byte[] 32
    $random = [Security.Cryptography.RandomNumberGenerator]::Create()
    $random.GetBytes($bytes)
    # The ending has every class of letters that a policy may ask for.
    [Convert]::ToBase64String($bytes) + 'aA1!'
}

# Windows reads the password of its automatic logon from a secret of the LSA, which only SYSTEM can read.
Add-Type -TypeDefinition @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

public static class Lsa {
    [StructLayout(LayoutKind.Sequential)]
    struct Text { public ushort Length, Maximum; public IntPtr Buffer; }

    [StructLayout(LayoutKind.Sequential)]
    struct Attributes { public int Length; public IntPtr Root, Name; public int Flags; public IntPtr Descriptor, Quality; }

    [DllImport("advapi32.dll")]
    static extern uint LsaOpenPolicy(IntPtr system, ref Attributes attributes, int access, out IntPtr policy);
    [DllImport("advapi32.dll")]
    static extern uint LsaStorePrivateData(IntPtr policy, ref Text key, ref Text data);
    [DllImport("advapi32.dll")]
    static extern int LsaNtStatusToWinError(uint status);
    [DllImport("advapi32.dll")]
    static extern uint LsaClose(IntPtr policy);

    static Text Make(string value) {
        return new Text {
            Buffer = Marshal.StringToHGlobalUni(value),
            Length = (ushort)(value.Length * 2),
            Maximum = (ushort)(value.Length * 2 + 2),
        };
    }

    static void Check(uint status) {
        if (status != 0) throw new Win32Exception(LsaNtStatusToWinError(status));
    }

    public static void Store(string name, string value) {
        const int CreateSecret = 0x20;
        var attributes = new Attributes();
        IntPtr policy;
        Check(LsaOpenPolicy(IntPtr.Zero, ref attributes, CreateSecret, out policy));
        Text key = Make(name), data = Make(value);
        try {
            Check(LsaStorePrivateData(policy, ref key, ref data));
        } finally {
            Marshal.ZeroFreeGlobalAllocUnicode(data.Buffer);
            Marshal.FreeHGlobal(key.Buffer);
            LsaClose(policy);
        }
    }
}
'@

function Initialize-Desktop {
    param([string] $Instance)
    $password = New-Password
    $secure = ConvertTo-SecureString -String $password -AsPlainText -Force
    if (Get-LocalUser -Name $User -ErrorAction SilentlyContinue) {
        Set-LocalUser -Name $User -Password $secure
    } else {
        New-LocalUser -Name $User -Password $secure -PasswordNeverExpires -UserMayNotChangePassword | Out-Null
        Add-LocalGroupMember -SID 'S-1-5-32-545' -Member $User
    }
    & icacls.exe 'C:\qaops\work' '/grant' "${User}:(OI)(CI)M" | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "icacls ended with $LASTEXITCODE" }
    [Lsa]::Store('DefaultPassword', $password)
    Set-ItemProperty -Path $Winlogon -Name 'AutoAdminLogon' -Value '1'
    Set-ItemProperty -Path $Winlogon -Name 'ForceAutoLogon' -Value '1'
    Set-ItemProperty -Path $Winlogon -Name 'DefaultUserName' -Value $User
    Set-ItemProperty -Path $Winlogon -Name 'DefaultDomainName' -Value '.'
    if (-not (Test-Path -Path $Key)) { New-Item -Path $Key -Force | Out-Null }
    Set-ItemProperty -Path $Key -Name 'Instance' -Value $Instance
}

# Waits for EC2Launch to finish at this boot: it would otherwise be restarted in the middle of its tasks, or start the agent
# again while a shard runs. Its service stops when it has finished; a log older than the boot says that it has not begun.
function Wait-Launch {
    $booted = (Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime
    $log = "$env:ProgramData\Amazon\EC2Launch\log\agent.log"
    $until = (Get-Date).AddMinutes(3)
    while ((Get-Date) -lt $until) {
        $begun = (Test-Path -Path $log) -and (Get-Item -Path $log).LastWriteTime -gt $booted
        if ($begun -and (Get-Service -Name 'Amazon EC2Launch').Status -eq 'Stopped') { return }
        Start-Sleep -Seconds 1
    }
    Write-Warning 'EC2Launch has not finished within three minutes: the boot goes on'
}

function Test-Desktop {
    $shells = Get-Process -Name explorer -ErrorAction SilentlyContinue
    @($shells | Where-Object { $_.SessionId -ne 0 }).Count -gt 0
}

$instance = Get-InstanceId
$known = Get-ItemProperty -Path $Key -Name 'Instance' -ErrorAction SilentlyContinue
if ($null -eq $known -or $known.Instance -ne $instance) {
    Initialize-Desktop -Instance $instance
    Wait-Launch
    Restart-Computer -Force
    exit 0
}
$until = (Get-Date).AddMinutes(5)
while (-not (Test-Desktop)) {
    if ((Get-Date) -gt $until) { throw 'nobody was logged on within five minutes' }
    Start-Sleep -Seconds 1
}
Wait-Launch
# The image has it Disabled; see cleanup.ps1.
Set-Service -Name AmazonSSMAgent -StartupType Manual
Start-Service -Name AmazonSSMAgent
