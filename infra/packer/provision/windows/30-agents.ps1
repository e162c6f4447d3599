# The SSM agent is in Amazon's image already. Its commands get the variables of the machine, which the other steps set.
. "$PSScriptRoot\lib.ps1"

if (-not (Get-Service -Name AmazonSSMAgent -ErrorAction SilentlyContinue)) {
    throw 'the source image has no SSM agent'
}
