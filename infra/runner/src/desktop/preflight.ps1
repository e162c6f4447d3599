# Checks the desktop of the session that it runs in: shows a window, looks at it, clicks and types into it. Its last line is
# `preflight: ` and a word for what is wrong, or the desktop's size.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Windows.Forms
Add-Type -AssemblyName System.Drawing
Add-Type -TypeDefinition @'
using System;
using System.Runtime.InteropServices;

public static class Hands {
    [DllImport("user32.dll")] public static extern bool SetProcessDPIAware();
    [DllImport("user32.dll")] public static extern bool SetCursorPos(int x, int y);
    [DllImport("user32.dll")] public static extern void mouse_event(uint flags, int x, int y, uint data, UIntPtr extra);
    [DllImport("user32.dll")] public static extern void keybd_event(byte key, byte scan, uint flags, UIntPtr extra);
    [DllImport("user32.dll")] public static extern bool SetForegroundWindow(IntPtr window);
    [DllImport("user32.dll", SetLastError = true)] static extern IntPtr OpenInputDesktop(uint flags, bool inherit, uint access);
    [DllImport("user32.dll")] static extern bool CloseDesktop(IntPtr desktop);
    [DllImport("user32.dll")] static extern bool SystemParametersInfo(uint action, uint value, out bool found, uint save);

    // A locked session has its input on a desktop that a user may not open.
    public static bool Locked() {
        IntPtr desktop = OpenInputDesktop(0, false, 0x100);
        if (desktop == IntPtr.Zero) return true;
        CloseDesktop(desktop);
        return false;
    }

    public static bool Saving() {
        const uint GetScreenSaverRunning = 0x72;
        bool running;
        return SystemParametersInfo(GetScreenSaverRunning, 0, out running, 0) && running;
    }

    public static void Click() {
        mouse_event(2, 0, 0, 0, UIntPtr.Zero);
        mouse_event(4, 0, 0, 0, UIntPtr.Zero);
    }

    // Shift writes nothing, wherever it goes.
    public static void Shift() {
        keybd_event(0x10, 0, 0, UIntPtr.Zero);
        keybd_event(0x10, 0, 2, UIntPtr.Zero);
    }
}
'@

function Complete-Preflight {
    param([string] $Word)
    Write-Output "preflight: $Word"
    exit 0
}

# Lets the window work until it got what it waits for.
function Wait-Input {
    param([string] $What)
    $until = (Get-Date).AddSeconds(2)
    while (-not $script:got[$What] -and (Get-Date) -lt $until) {
        [System.Windows.Forms.Application]::DoEvents()
        Start-Sleep -Milliseconds 10
    }
    $script:got[$What]
}

[Hands]::SetProcessDPIAware() | Out-Null
if ((Get-Process -Id $PID).SessionId -eq 0) { Complete-Preflight 'session' }
if ([Hands]::Saving()) { Complete-Preflight 'saver' }
if ([Hands]::Locked()) { Complete-Preflight 'locked' }

$screen = [System.Windows.Forms.Screen]::PrimaryScreen.Bounds
$script:got = @{ click = $false; key = $false }
$form = New-Object System.Windows.Forms.Form
$form.FormBorderStyle = 'None'
$form.StartPosition = 'Manual'
$form.TopMost = $true
$form.KeyPreview = $true
$form.BackColor = [System.Drawing.Color]::White
$width = [int] ($screen.Width / 4)
$height = [int] ($screen.Height / 4)
$form.SetBounds([int] (($screen.Width - $width) / 2), [int] (($screen.Height - $height) / 2), $width, $height)
$right = New-Object System.Windows.Forms.Panel
$right.BackColor = [System.Drawing.Color]::Black
$right.SetBounds([int] ($width / 2), 0, [int] ($width / 2), $height)
$form.Controls.Add($right)
$form.Add_MouseDown({ $script:got['click'] = $true })
$form.Add_KeyDown({ $script:got['key'] = $true })
$form.Show()
[Hands]::SetForegroundWindow($form.Handle) | Out-Null
$form.Activate()
foreach ($round in 1..20) {
    [System.Windows.Forms.Application]::DoEvents()
    Start-Sleep -Milliseconds 25
}

$picture = New-Object System.Drawing.Bitmap $screen.Width, $screen.Height
[System.Drawing.Graphics]::FromImage($picture).CopyFromScreen(0, 0, 0, 0, $picture.Size)
$first = $picture.GetPixel(0, 0)
$other = $false
for ($y = 0; $y -lt $screen.Height -and -not $other; $y += 8) {
    for ($x = 0; $x -lt $screen.Width -and -not $other; $x += 8) { $other = $picture.GetPixel($x, $y) -ne $first }
}
if (-not $other) { Complete-Preflight 'blank' }
$middle = $form.Top + [int] ($height / 2)
$white = $picture.GetPixel($form.Left + [int] ($width / 4), $middle).ToArgb()
$black = $picture.GetPixel($form.Left + [int] (3 * $width / 4), $middle).ToArgb()
if ($white -ne [System.Drawing.Color]::White.ToArgb() -or $black -ne [System.Drawing.Color]::Black.ToArgb()) {
    Complete-Preflight 'covered'
}

[Hands]::SetCursorPos($form.Left + [int] ($width / 4), $middle) | Out-Null
[Hands]::Click()
if (-not (Wait-Input 'click')) { Complete-Preflight 'click' }
[Hands]::Shift()
if (-not (Wait-Input 'key')) { Complete-Preflight 'key' }
$form.Close()
Complete-Preflight "$($screen.Width)x$($screen.Height)"
