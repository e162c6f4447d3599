# Keys, boundaries, platforms and quotas.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
}

run "a_key_and_a_boundary_of_ones_own" {
  command = plan

  variables {
    kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/own"
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
    chat                     = { slack_team_id = "T0000000", slack_channel_id = "C0000000" }
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && aws_sns_topic.runs.kms_master_key_id == var.kms_key_arn && aws_sns_topic.alarms.kms_master_key_id == var.kms_key_arn && aws_dynamodb_table.ledger.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "Something is encrypted with another key than the given one."
  }

  assert {
    condition     = alltrue([for role in [aws_iam_role.instance, aws_iam_role.schedule, aws_iam_role.state_machine, aws_iam_role.flow[0], aws_iam_role.chat[0]] : role.permissions_boundary == var.permissions_boundary_arn])
    error_message = "A role has no boundary."
  }
}

run "gates_and_prices_of_the_owner" {
  command = apply

  variables {
    gates     = { error = ["tests.total > 0", "vulnerabilities{severity=critical} == 0"] }
    network   = { layout = "public" }
    platforms = { linux = { image = "/qaops/images/linux/stable", types = ["c7i.large"], volume_gib = 50 } }
    prices = {
      instances        = { linux = { "c7i.large" = { on_demand = 0.09 } } }
      volume_gib_month = 0.08
      address_hour     = 0.005
      transition       = 0.000025
    }
  }

  assert {
    condition     = jsondecode(output.settings.QAOPS_GATES) == { error = ["tests.total > 0", "vulnerabilities{severity=critical} == 0"], warn = [], stop = [] }
    error_message = "QAOPS_GATES is not what `plan` reads."
  }

  assert {
    condition = jsondecode(output.settings.QAOPS_PRICES) == {
      instances        = { linux = { "c7i.large" = { on_demand = 0.09 } } }
      volume_gib       = { linux = 50 }
      volume_gib_month = 0.08
      address_hour     = 0.005
      transfer_gib     = 0
      transition       = 0.000025
    }
    error_message = "QAOPS_PRICES is not what `plan` reads."
  }
}

run "platforms_with_images_of_both_kinds" {
  command = apply

  variables {
    image_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/images"]
    platforms = {
      linux   = { image = "ami-0123456789abcdef0", types = ["c7i.large"], spot = true, volume_gib = 100, most_volume_gib = 500, volume_initialization_rate = 200 }
      windows = { image = "/qaops/images/windows/stable", types = ["m7i.xlarge"] }
    }
  }

  assert {
    condition     = aws_launch_template.this["linux"].image_id == "ami-0123456789abcdef0" && aws_launch_template.this["windows"].image_id == "resolve:ssm:/qaops/images/windows/stable"
    error_message = "An image is not what was given."
  }

  assert {
    condition     = aws_launch_template.this["linux"].block_device_mappings[0].ebs[0].volume_size == 100 && aws_launch_template.this["windows"].block_device_mappings[0].ebs[0].volume_size == 80 && aws_launch_template.this["windows"].block_device_mappings[0].device_name == "/dev/sda1"
    error_message = "A root volume is not that of its image, or not as large as was asked."
  }

  assert {
    condition     = aws_launch_template.this["linux"].block_device_mappings[0].ebs[0].volume_initialization_rate == 200
    error_message = "A root volume is not loaded at the rate that was asked."
  }

  assert {
    condition     = jsondecode(output.settings.QAOPS_FLEET).linux.volume == { device = "/dev/xvda", gib = 100, most_gib = 500 } && jsondecode(output.settings.QAOPS_FLEET).windows.volume == { device = "/dev/sda1", gib = 80, most_gib = 80 }
    error_message = "A package may ask for another volume than the deployment lets it."
  }

  assert {
    condition     = jsondecode(output.settings.QAOPS_FLEET).linux.spot && !jsondecode(output.settings.QAOPS_FLEET).windows.spot
    error_message = "Spot capacity is asked for where it should not be."
  }

  assert {
    condition     = [for statement in jsondecode(local.policies["launch"]).Statement : statement.Resource if contains(statement.Action, "ssm:GetParameters")] == [["arn:aws:ssm:eu-central-1:123456789012:parameter/qaops/images/windows/stable"]]
    error_message = "Other parameters than those of images are read at a launch."
  }

  assert {
    condition     = [for statement in jsondecode(local.policies["launch"]).Statement : statement.Resource if contains(statement.Action, "kms:CreateGrant")] == [["arn:aws:kms:eu-central-1:123456789012:key/images"]]
    error_message = "An encrypted image dies at its launch."
  }

  assert {
    condition     = toset(keys(data.aws_servicequotas_service_quota.vcpus)) == toset(["linux-on-demand", "linux-spot", "windows-on-demand"])
    error_message = "Not every market of every platform is compared with its quota."
  }
}

run "an_image_that_is_not_encrypted_needs_no_key" {
  command = apply

  variables {
    platforms = { linux = { image = "ami-0123456789abcdef0", types = ["c7i.large"] } }
  }

  assert {
    condition     = !strcontains(local.policies["launch"], "kms:CreateGrant") && !strcontains(local.policies["launch"], "ssm:GetParameters")
    error_message = "A permission is given for nothing."
  }
}

run "a_quota_that_is_too_small" {
  command = plan

  override_data {
    target = data.aws_servicequotas_service_quota.vcpus
    values = { value = 32, quota_name = "vCPUs" }
  }

  variables {
    quotas = { most_environments = 17 }
  }

  expect_failures = [data.aws_servicequotas_service_quota.vcpus]
}

run "a_new_account_cannot_reserve_concurrency" {
  command = plan

  override_data {
    target = data.aws_servicequotas_service_quota.concurrency
    values = { value = 10, quota_name = "concurrent executions" }
  }

  expect_failures = [data.aws_servicequotas_service_quota.concurrency]
}

run "a_new_account_without_reserved_concurrency" {
  command = plan

  override_data {
    target = data.aws_servicequotas_service_quota.concurrency
    values = { value = 10, quota_name = "concurrent executions" }
  }

  variables {
    functions = { sweep = { reserved_concurrency = -1 } }
  }

  assert {
    condition     = module.function["sweep"].reserved_concurrency == -1
    error_message = "Concurrency is reserved all the same."
  }
}

run "a_function_that_may_take_longer_than_its_state" {
  command = plan

  variables {
    functions = { plan = { timeout_seconds = 120 } }
  }

  expect_failures = [aws_sfn_state_machine.run]
}

run "subscriptions_and_chat" {
  command = plan

  variables {
    subscriptions = {
      everything = { protocol = "email", endpoint = "qa@example.com" }
      failed     = { protocol = "email", endpoint = "qa@example.com", filter = { verdict = ["failed"], suite = ["checkout"] } }
    }
    alarm_subscriptions = { platform = { protocol = "https", endpoint = "https://example.com/alarms" } }
  }

  assert {
    condition     = aws_sns_topic_subscription.runs["everything"].filter_policy == null && jsondecode(aws_sns_topic_subscription.runs["failed"].filter_policy) == { suite = ["checkout"], verdict = ["failed"] }
    error_message = "A subscription's filter is not what was given."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.alarms) == 1 && length(aws_chatbot_slack_channel_configuration.this) == 0
    error_message = "Somebody is told who did not ask for it."
  }
}
