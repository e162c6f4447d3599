# A wrong input is reported before anything is made. Each run has one mistake in every input that is named.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
}

run "first_mistakes" {
  command = plan

  variables {
    name                     = "Upper"
    tags                     = { "qaops:run" = "x" }
    kms_key_arn              = "alias/qaops"
    permissions_boundary_arn = "boundary"
    architecture             = "arm"
    functions                = { planner = { memory_mib = 256 } }
    log_retention_days       = 0
    pauses                   = { ready_seconds = 0 }
    artifacts                = { bucket_name = "No_Bucket" }
    source_bucket_arns       = ["bucket"]
    source_kms_key_arns      = ["key"]
    image_kms_key_arns       = ["key"]
    sweep_schedule           = "rate(1 hour)"
    network                  = { layout = "open" }
    egress                   = { http = { from_port = 80, to_port = 80 } }
    platforms                = { macos = { image = "/qaops/images/macos/stable", types = ["mac2.metal"] } }
    runners                  = { linux = "/opt/x'; reboot #" }
    secret_parameters        = ["*"]
    service_linked_roles     = ["lambda.amazonaws.com"]
    quotas                   = { most_environments = 501 }
    subscriptions            = { open = { protocol = "http", endpoint = "http://example.com" } }
    alarm_subscriptions      = { open = { protocol = "http", endpoint = "http://example.com" } }
    chat                     = { slack_team_id = "team", slack_channel_id = "channel" }
    shard_artifacts_mib      = 0.5
    stale_hours              = 169
    link_seconds             = 604801
    report_url               = "http://reports.example"
    code_signing_config_arn  = "signed"
    existing_network         = { vpc_id = "net", subnet_ids = ["subnet-1"] }
    schedules                = { "two words" = { expression = "rate(1 day)", input = "{\"suite\": \"a\"}" } }
  }

  expect_failures = [
    var.name, var.tags, var.kms_key_arn, var.permissions_boundary_arn, var.architecture, var.functions, var.log_retention_days,
    var.pauses, var.artifacts, var.source_bucket_arns, var.source_kms_key_arns, var.image_kms_key_arns, var.sweep_schedule,
    var.network, var.egress, var.platforms, var.runners, var.secret_parameters, var.service_linked_roles, var.quotas,
    var.subscriptions, var.alarm_subscriptions, var.chat, var.shard_artifacts_mib, var.stale_hours, var.link_seconds, var.report_url,
    var.code_signing_config_arn, var.existing_network, var.schedules,
  ]
}

run "second_mistakes" {
  command = plan

  variables {
    name              = "a-name-of-21-letters-"
    tags              = { "two words" = "x" }
    functions         = { plan = { timeout_seconds = 901 } }
    artifacts         = { run_days = 90, package_days = 30 }
    network           = { cidr = "10.0.0.0/24" }
    egress            = { all = { from_port = 443, to_port = 80 } }
    platforms         = { linux = { image = "ami-x y", types = ["m7i.large"] } }
    secret_parameters = []
    existing_network  = { vpc_id = "vpc-1", subnet_ids = [] }
    stale_hours       = 1.5
    link_seconds      = 59
    report_url        = "https://reports.example/?a=b"
    schedules         = { nightly = { expression = "0 2 * * *", input = "{\"suite\": \"a\"}" } }
  }

  expect_failures = [
    var.name, var.tags, var.functions, var.artifacts, var.network, var.egress, var.platforms, var.secret_parameters,
    var.existing_network, var.stale_hours, var.link_seconds, var.report_url, var.schedules,
  ]
}

run "third_mistakes" {
  command = plan

  variables {
    network   = { endpoints = ["ssm"] }
    platforms = { linux = { image = "/qaops/images/linux/stable", types = [] } }
    egress    = { https = { from_port = 443, to_port = 443, cidr = "everywhere" } }
    schedules = { nightly = { expression = "rate(1 day)", input = "checkout" } }
    functions = { evaluate = { storage_mib = 100 } }
    gates     = { error = ["all tests pass"] }
    prices = {
      instances        = { linux = { "c7i.large" = {} } }
      volume_gib_month = 0.08
      transition       = 0.000025
    }
  }

  expect_failures = [var.network, var.platforms, var.egress, var.schedules, var.functions, var.gates, var.prices]
}

run "a_missing_package_is_reported_with_how_to_fix_it" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    name               = "qaops-plan"
    description        = "A step."
    package            = "tests/packages/unbuilt.zip"
    architecture       = "arm64"
    memory_mib         = 256
    timeout_seconds    = 60
    policy             = "{\"Statement\": []}"
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/own"
    log_retention_days = 90
  }

  expect_failures = [aws_lambda_function.this]
}

run "types_of_both_kinds_for_android" {
  command = plan

  variables {
    platforms = { android = { image = "ami-0123456789abcdef0", types = ["c8i.2xlarge", "c7i.metal-24xl"] } }
  }

  expect_failures = [var.platforms]
}

run "a_type_without_nested_virtualization" {
  command = plan

  variables {
    platforms = { android = { image = "ami-0123456789abcdef0", types = ["c8i.2xlarge", "c7i.2xlarge"] } }
  }

  expect_failures = [var.platforms]
}

run "a_boot_that_is_too_short" {
  command = plan

  variables {
    platforms = { linux = { image = "ami-0123456789abcdef0", types = ["c7i.large"], boot_seconds = 30 } }
  }

  expect_failures = [var.platforms]
}

run "fourth_mistakes" {
  command = plan

  variables {
    platforms = { linux = { image = "ami-0123456789abcdef0", types = ["c7i.large"], volume_initialization_rate = 50 } }
  }

  expect_failures = [var.platforms]
}
