<#
.SYNOPSIS
Takes the hashes of folders and the event logs of a Windows machine without a network, and packs them into one signed file
in the folder "bundles" beside this script. It needs nothing but Windows PowerShell 5.1, writes nowhere but beside itself,
and changes nothing on the machine.

.EXAMPLE
powershell -NoProfile -ExecutionPolicy Bypass -File E:\bellwether-collect.ps1 -Folder C:\EMS

.PARAMETER Folder
Folders of software. Without it: those in folders.txt beside this script, one on a line.

.PARAMETER Machine
What the machine is called at the desk. Without it: its own name.

.PARAMETER NoLogs
Take hashes only.
#>
[CmdletBinding()]
param(
  [string[]] $Folder = @(),
  [string] $Machine = $env:COMPUTERNAME,
  [switch] $NoLogs
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$stick = Split-Path -Parent $MyInvocation.MyCommand.Path
$ordinal = [System.StringComparer]::Ordinal
$ascii = [System.Text.Encoding]::ASCII
$now = [System.DateTime]::UtcNow
$stamp = $now.ToString('yyyyMMdd\THHmmss\Z', [System.Globalization.CultureInfo]::InvariantCulture)
$isoNow = $now.ToString('yyyy-MM-dd\THH:mm:ss.fff\Z', [System.Globalization.CultureInfo]::InvariantCulture)
$logNames = @('System', 'Security', 'Application', 'Microsoft-Windows-Sysmon/Operational', 'Microsoft-Windows-PowerShell/Operational')

# SHA-256 of Windows itself, which also works where only approved (FIPS) code may run.
function New-Sha256 {
  try { New-Object System.Security.Cryptography.SHA256Cng } catch { [System.Security.Cryptography.SHA256]::Create() }
}

function ConvertTo-Hex([byte[]] $Bytes) {
  [System.BitConverter]::ToString($Bytes).Replace('-', '').ToLowerInvariant()
}

# A text as JSON, in ASCII alone, so that every name comes through as it is.
function ConvertTo-JsonText([string] $Text) {
  if ($Text -cmatch '^[ !#-\[\]-~]*\z') { return '"' + $Text + '"' }
  $json = New-Object System.Text.StringBuilder
  [void] $json.Append('"')
  foreach ($character in $Text.ToCharArray()) {
    $code = [int] $character
    if ($code -eq 34) { [void] $json.Append('\"') }
    elseif ($code -eq 92) { [void] $json.Append('\\') }
    elseif ($code -ge 32 -and $code -lt 127) { [void] $json.Append($character) }
    else { [void] $json.Append('\u' + $code.ToString('x4')) }
  }
  [void] $json.Append('"')
  return $json.ToString()
}

# The key on the stick: ECDSA over P-256. In the file it is PKCS #8 in PEM, whose bytes are the same for every such key but
# for the key itself: 36 bytes, the secret (32), 6 bytes, the point (32 and 32). Windows takes secret and point as a blob.
$pkcs8Head = [byte[]] (0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
  0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x04, 0x6D, 0x30, 0x6B, 0x02, 0x01, 0x01, 0x04, 0x20)
$pkcs8Middle = [byte[]] (0xA1, 0x44, 0x03, 0x42, 0x00, 0x04)
$spkiHead = [byte[]] (0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86,
  0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04)
# "ECS2", and 32 bytes for each number.
$blobHead = [byte[]] (0x45, 0x43, 0x53, 0x32, 0x20, 0x00, 0x00, 0x00)

function Open-Key {
  $path = Join-Path $stick 'collect.key'
  $blobFormat = [System.Security.Cryptography.CngKeyBlobFormat]::EccPrivateBlob
  if (Test-Path -LiteralPath $path) {
    $text = [System.IO.File]::ReadAllText($path) -replace '-----[A-Z ]+-----', '' -replace '\s', ''
    $der = [System.Convert]::FromBase64String($text)
    if ($der.Length -ne 138) { throw "$path is no key that this script can use. Take it away: a new one is made then." }
    $secret = [byte[]] $der[36..67]
    $point = [byte[]] $der[74..137]
    $key = [System.Security.Cryptography.CngKey]::Import([byte[]] ($blobHead + $point + $secret), $blobFormat)
  }
  else {
    $settings = New-Object System.Security.Cryptography.CngKeyCreationParameters
    $settings.ExportPolicy = [System.Security.Cryptography.CngExportPolicies]::AllowPlaintextExport
    # Without a name (which $null is not, for PowerShell) it is never stored on this machine.
    $nameless = [System.Management.Automation.Language.NullString]::Value
    $key = [System.Security.Cryptography.CngKey]::Create([System.Security.Cryptography.CngAlgorithm]::ECDsaP256, $nameless, $settings)
    $blob = $key.Export($blobFormat)
    $point = [byte[]] $blob[8..71]
    $secret = [byte[]] $blob[72..103]
    $der = [byte[]] ($pkcs8Head + $secret + $pkcs8Middle + $point)
    $pem = "-----BEGIN PRIVATE KEY-----`n" + [System.Convert]::ToBase64String($der) + "`n-----END PRIVATE KEY-----`n"
    [System.IO.File]::WriteAllText($path, $pem, $ascii)
    Write-Host 'A key was made on this stick.'
  }
  $signer = New-Object System.Security.Cryptography.ECDsaCng($key)
  $signer.HashAlgorithm = [System.Security.Cryptography.CngAlgorithm]::Sha256
  return @{ Signer = $signer; PublicKey = [System.Convert]::ToBase64String([byte[]] ($spkiHead + $point)) }
}

# Who signed, as three members of a JSON object.
function Get-SignatureText($Key, [byte[]] $Message) {
  $signature = [System.Convert]::ToBase64String($Key.Signer.SignData($Message))
  return '"algorithm":"ECDSA-P256","publicKey":"' + $Key.PublicKey + '","signature":"' + $signature + '"'
}

# Opens a file for reading, also where another program writes to it.
function Open-Unlocked([string] $Path) {
  $share = [System.IO.FileShare] 'ReadWrite, Delete'
  New-Object System.IO.FileStream($Path, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Read, $share, 1048576)
}

function Get-Why($ErrorRecord) {
  if ($ErrorRecord.Exception.GetBaseException() -is [System.UnauthorizedAccessException]) { 'denied' } else { 'failed' }
}

# What is in a folder, in order of name, or why it cannot be known.
function Get-Children([System.IO.DirectoryInfo] $Directory) {
  try {
    $items = [System.IO.FileSystemInfo[]] $Directory.GetFileSystemInfos()
    $names = [string[]] @($items | ForEach-Object { $_.Name })
    [System.Array]::Sort($names, $items, $ordinal)
    return @{ Items = $items; Why = '' }
  }
  catch { return @{ Items = @(); Why = Get-Why $_ } }
}

# The kind of a link that leads somewhere else. Other reparse points (deduplicated or compressed files) are plain files.
function Test-Link($Info) {
  if (-not ($Info.Attributes -band [System.IO.FileAttributes]::ReparsePoint)) { return $false }
  if ($Info -is [System.IO.DirectoryInfo]) { return $true }
  return $Info.PSObject.Properties['LinkType'] -and $Info.LinkType -eq 'SymbolicLink'
}

# The lines of everything in a folder, in order of name: a folder, all that is in it, then its next neighbour.
function Write-Entries($Items, [string] $Below, $Writer, $Counts) {
  foreach ($info in $Items) {
    $path = $Below + $info.Name
    $json = ConvertTo-JsonText $path
    $full = ''
    try { $full = $info.FullName } catch { $full = '' }
    if ($full -eq $stick) { continue }
    $Counts.Entries++
    if ($full -eq '') {
      # Longer than this PowerShell can open.
      $Counts.Unread++
      $Writer.Add('{"unread":' + $json + ',"why":"failed"}')
    }
    elseif (Test-Link $info) {
      $target = ''
      if ($info.PSObject.Properties['Target'] -and $info.Target) { $target = [string] @($info.Target)[0] }
      $Writer.Add('{"link":' + $json + ',"target":' + (ConvertTo-JsonText $target) + '}')
    }
    elseif ($info -is [System.IO.DirectoryInfo]) {
      $inner = Get-Children $info
      if ($inner.Why -eq '') {
        $Writer.Add('{"folder":' + $json + '}')
        Write-Entries $inner.Items "$path/" $Writer $Counts
      }
      else {
        $Counts.Unread++
        $Writer.Add('{"unread":' + $json + ',"why":"' + $inner.Why + '"}')
      }
    }
    else { Write-FileEntry $full $json $Writer $Counts }
  }
}

function Write-FileEntry([string] $Path, [string] $Json, $Writer, $Counts) {
  $why = 'failed'
  try {
    $stream = Open-Unlocked $Path
    try {
      $head = New-Object byte[] 2
      $count = $stream.Read($head, 0, 2)
      $stream.Position = 0
      $hash = ConvertTo-Hex $Counts.Sha256.ComputeHash($stream)
      $bytes = $stream.Length
      if ($stream.Position -ne $bytes) { $why = 'changing'; throw 'changing' }
    }
    finally { $stream.Dispose() }
    $program = ''
    if ($count -eq 2 -and $head[0] -eq 0x4D -and $head[1] -eq 0x5A) { $program = ',"program":"pe"' }
    if ($count -eq 2 -and $head[0] -eq 0x23 -and $head[1] -eq 0x21) { $program = ',"program":"script"' }
    $Counts.Files++
    $Writer.Add('{"file":' + $Json + ',"bytes":' + $bytes + ',"sha256":"' + $hash + '"' + $program + '}')
  }
  catch {
    if ($why -ne 'changing') { $why = Get-Why $_ }
    $Counts.Unread++
    $Writer.Add('{"unread":' + $Json + ',"why":"' + $why + '"}')
  }
}

# Writes lines to a file, and hashes them on the way.
function New-LineWriter([string] $Path) {
  $writer = New-Object PSObject -Property @{ Stream = [System.IO.File]::Create($Path); Sha256 = New-Sha256 }
  $writer | Add-Member -MemberType ScriptMethod -Name Add -Value {
    param([string] $Line)
    $bytes = [System.Text.Encoding]::ASCII.GetBytes($Line + "`n")
    [void] $this.Sha256.TransformBlock($bytes, 0, $bytes.Length, $bytes, 0)
    $this.Stream.Write($bytes, 0, $bytes.Length)
  }
  return $writer
}

function New-Manifest([string] $Root, [string] $Path, $Key) {
  $counts = New-Object PSObject -Property @{ Entries = 0; Files = 0; Unread = 0; Sha256 = New-Sha256 }
  $writer = New-LineWriter $Path
  try {
    $writer.Add('{"manifest":"bellwether software","version":1,"machine":' + (ConvertTo-JsonText $Machine) + ',"madeAt":"' + $isoNow +
      '","folder":' + (ConvertTo-JsonText $Root) + ',"expected":[],"signers":false}')
    $top = Get-Children (New-Object System.IO.DirectoryInfo($Root))
    if ($top.Why -ne '') { throw "$Root cannot be read. Run this as an administrator." }
    Write-Entries $top.Items '' $writer $counts
    [void] $writer.Sha256.TransformFinalBlock((New-Object byte[] 0), 0, 0)
    $digest = ConvertTo-Hex $writer.Sha256.Hash
    $signature = Get-SignatureText $Key $ascii.GetBytes("bellwether software v1`n$digest`n")
    $last = $ascii.GetBytes('{"entries":' + $counts.Entries + ',"sha256":"' + $digest + '",' + $signature + "}`n")
    $writer.Stream.Write($last, 0, $last.Length)
  }
  finally { $writer.Stream.Dispose() }
  if ($counts.Unread -gt 0) {
    Write-Warning "$($counts.Unread) files of $Root could not be read. Run this as an administrator."
  }
  return $counts.Files
}

# The header of a file in a tar archive (ustar). Names here are short, and of visible ASCII characters.
function Get-TarHeader([string] $Name, [long] $Length) {
  $block = New-Object byte[] 512
  $put = {
    param([string] $Text, [int] $At)
    $bytes = $ascii.GetBytes($Text)
    [System.Array]::Copy($bytes, 0, $block, $At, $bytes.Length)
  }
  if ($Name.Length -gt 100 -or $Length -ge 8589934592) { throw "$Name cannot be packed: its name or the file is too long." }
  $seconds = [long] [System.Math]::Floor(($now - [System.DateTime]::new(1970, 1, 1, 0, 0, 0, [System.DateTimeKind]::Utc)).TotalSeconds)
  & $put $Name 0
  & $put '0000600' 100
  & $put '0000000' 108
  & $put '0000000' 116
  & $put ([System.Convert]::ToString($Length, 8).PadLeft(11, '0')) 124
  & $put ([System.Convert]::ToString($seconds, 8).PadLeft(11, '0')) 136
  & $put '        ' 148
  & $put '0' 156
  & $put 'ustar' 257
  & $put '00' 263
  $sum = 0
  foreach ($byte in $block) { $sum += $byte }
  & $put ([System.Convert]::ToString($sum, 8).PadLeft(6, '0')) 148
  $block[154] = 0
  $block[155] = 32
  return , $block
}

function Write-Member($Out, [string] $Name, $Content) {
  $header = Get-TarHeader $Name $Content.Length
  $Out.Write($header, 0, 512)
  $Content.CopyTo($Out)
  $padding = [int] ((512 - ($Content.Length % 512)) % 512)
  $Out.Write((New-Object byte[] 512), 0, $padding)
}

function Write-Bundle([string] $Path, $Members, $Key) {
  $sha256 = New-Sha256
  $list = New-Object System.Collections.Generic.List[string]
  foreach ($member in $Members) {
    $stream = Open-Unlocked $member.Path
    try { $hash = ConvertTo-Hex $sha256.ComputeHash($stream); $bytes = $stream.Length } finally { $stream.Dispose() }
    $kind = if ($member.IsSoftware) { ',"kind":"software"' } else { '' }
    $list.Add('{"name":' + (ConvertTo-JsonText $member.Name) + ',"bytes":' + $bytes + ',"sha256":"' + $hash + '"' + $kind + '}')
  }
  $manifest = $ascii.GetBytes('{"version":1,"machine":' + (ConvertTo-JsonText $Machine) + ',"packedAt":"' + $isoNow + '","files":[' +
    ($list -join ',') + "]}`n")
  $signed = [byte[]] ($ascii.GetBytes("bellwether bundle v1`n") + $manifest)
  $signature = $ascii.GetBytes('{' + (Get-SignatureText $Key $signed) + "}`n")
  $file = [System.IO.File]::Create($Path)
  try {
    $out = New-Object System.IO.Compression.GZipStream($file, [System.IO.Compression.CompressionMode]::Compress)
    try {
      Write-Member $out 'bellwether-bundle/manifest.json' (New-Object System.IO.MemoryStream(, $manifest))
      Write-Member $out 'bellwether-bundle/signature.json' (New-Object System.IO.MemoryStream(, $signature))
      foreach ($member in $Members) {
        $stream = Open-Unlocked $member.Path
        try { Write-Member $out ('bellwether-bundle/files/' + $member.Name) $stream } finally { $stream.Dispose() }
      }
      $out.Write((New-Object byte[] 1024), 0, 1024)
    }
    finally { $out.Dispose() }
  }
  finally { $file.Dispose() }
}

# Copies of the event logs, which Windows itself makes. Security and Sysmon need an administrator.
function Export-Logs([string] $Work) {
  # What wevtutil says on its error stream is no reason to stop.
  $ErrorActionPreference = 'Continue'
  foreach ($name in $logNames) {
    $file = $name.Replace('/', '%4') + '.evtx'
    $path = Join-Path $Work $file
    $errors = & wevtutil.exe epl $name $path 2>&1
    if (Test-Path -LiteralPath $path) {
      New-Object PSObject -Property @{ Path = $path; Name = "evtx/$file"; IsSoftware = $false }
    }
    elseif ($name -eq 'Security') { Write-Warning 'The Security log could not be read. Run this as an administrator.' }
    elseif ($name -notlike 'Microsoft-*') { Write-Warning "The log $name could not be read: $errors" }
  }
}

$Machine = ($Machine -replace '[^A-Za-z0-9._-]+', '-') -replace '^[^A-Za-z0-9]+', ''
if ($Machine -eq '') { $Machine = 'machine' }
if ($Machine.Length -gt 63) { $Machine = $Machine.Substring(0, 63) }
$list = Join-Path $stick 'folders.txt'
if ($Folder.Count -eq 0 -and (Test-Path -LiteralPath $list)) {
  $Folder = @([System.IO.File]::ReadAllLines($list) | ForEach-Object { $_.Trim() } | Where-Object { $_ -ne '' -and -not $_.StartsWith('#') })
}
$key = Open-Key
$bundles = Join-Path $stick 'bundles'
[void] [System.IO.Directory]::CreateDirectory($bundles)
$work = Join-Path $stick ('work-' + $stamp)
[void] [System.IO.Directory]::CreateDirectory($work)
try {
  $members = New-Object System.Collections.Generic.List[object]
  $fileCount = 0
  foreach ($each in $Folder) {
    if (-not (Test-Path -LiteralPath $each -PathType Container)) { throw "There is no folder $each." }
    $root = (Get-Item -LiteralPath $each -Force).FullName
    if ($root.Length -gt 3) { $root = $root.TrimEnd('\') }
    Write-Host "Hashing $root"
    $number = $members.Count
    $path = Join-Path $work "software-$number"
    $fileCount += New-Manifest $root $path $key
    $short = ($root -replace '[^A-Za-z0-9]+', '-').Trim('-')
    if ($short.Length -gt 40) { $short = $short.Substring($short.Length - 40) }
    $members.Add((New-Object PSObject -Property @{ Path = $path; Name = "bellwether-software/$number-$short.ndjson"; IsSoftware = $true }))
  }
  $manifestCount = $members.Count
  if (-not $NoLogs) { foreach ($log in @(Export-Logs $work)) { $members.Add($log) } }
  if ($members.Count -eq 0) { throw 'There is nothing to take: no folder was named, and no log could be read.' }
  $bundle = Join-Path $bundles "$Machine-$stamp.bundle"
  Write-Host "Packing $($members.Count) files"
  try { Write-Bundle "$bundle.partial" $members $key }
  catch { Remove-Item -LiteralPath "$bundle.partial" -Force -ErrorAction SilentlyContinue; throw }
  [System.IO.File]::Move("$bundle.partial", $bundle)
  $digest = ConvertTo-Hex (New-Sha256).ComputeHash([System.Convert]::FromBase64String($key.PublicKey))
  $fingerprint = ($digest.Substring(0, 32) -replace '(.{4})', '$1 ').Trim()
  Write-Host "Took $fileCount files of $manifestCount folders and $($members.Count - $manifestCount) logs into"
  Write-Host "  $bundle"
  Write-Host "Key fingerprint:  $fingerprint"
  Write-Host "Public key:       $($key.PublicKey)"
  Write-Host 'Write the fingerprint on paper. Eject the stick, and take it to the desk.'
}
finally { [System.IO.Directory]::Delete($work, $true) }
