# A deployment with every policy that the module has. `check` holds what it makes against AWS's service reference; see
# tests/test_reference.py.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
}

run "every_policy" {
  command = apply

  variables {
    image_kms_key_arns  = ["arn:aws:kms:eu-central-1:123456789012:key/images"]
    source_bucket_arns  = ["arn:aws:s3:::pipeline"]
    source_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/pipeline"]
    chat                = { slack_team_id = "T0000000", slack_channel_id = "C0000000" }
    schedules           = { nightly = { expression = "rate(1 day)", input = "{\"suite\": \"checkout\"}" } }
  }

  assert {
    condition     = alltrue([for name, policy in local.policies : length(jsondecode(policy).Statement) == length(jsondecode(file("policies/${name}.json")).Statement)])
    error_message = "A statement is left out, and so it is not checked."
  }
}
