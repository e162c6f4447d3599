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

run "boot_limits_of_platforms" {
  command = apply

  variables {
    platforms = {
      linux   = { image = "ami-0123456789abcdef0", types = ["c7i.large"], boot_seconds = 420 }
      windows = { image = "ami-0123456789abcdef0", types = ["m7i.xlarge"] }
      android = { image = "ami-0123456789abcdef0", types = ["m7i.metal-24xl"] }
    }
  }

  assert {
    condition     = jsondecode(output.settings.QAOPS_BOOT_SECONDS) == { linux = 420, windows = 900, android = 1800 }
    error_message = "Instances of a platform are given up before they can have booted."
  }
}

run "android_on_virtual_types_has_nested_virtualization" {
  command = apply

  variables {
    network = { layout = "public" }
    platforms = {
      linux   = { image = "/qaops/images/linux/stable", types = ["c7i.large"], volume_gib = 64, volume_initialization_rate = 200 }
      android = { image = "/qaops/images/linux/stable", types = ["c8i.2xlarge", "m8i-flex.2xlarge"], volume_initialization_rate = 200 }
    }
  }

  assert {
    condition     = keys(aws_launch_template.this) == ["linux"] && keys(aws_cloudformation_stack.nested) == ["android"] && aws_cloudformation_stack.nested["android"].on_failure == "DELETE"
    error_message = "A platform has not one launch template."
  }

  assert {
    condition     = jsondecode(aws_cloudformation_stack.nested["android"].template_body).Resources.Template.Properties.LaunchTemplateData.CpuOptions == { NestedVirtualization = "enabled" }
    error_message = "An instance for Android has no /dev/kvm."
  }

  assert {
    condition     = jsondecode(output.settings.QAOPS_FLEET).android.template == "lt-11111111111111111"
    error_message = "`launch` takes another launch template."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.policies["launch"]).Statement :
      contains(statement.Condition.ArnLike["ec2:LaunchTemplate"], "arn:aws:ec2:eu-central-1:123456789012:launch-template/lt-11111111111111111") if contains(statement.Action, "ec2:RunInstances")
    ])
    error_message = "`launch` may not launch from the launch template of Android."
  }

  # What both kinds of launch template have is the same, word for word.
  assert {
    condition = jsonencode({
      for name, value in jsondecode(aws_cloudformation_stack.nested["android"].template_body).Resources.Template.Properties.LaunchTemplateData : name => value if name != "CpuOptions"
      }) == jsonencode({
      IamInstanceProfile                = { Arn = aws_launch_template.this["linux"].iam_instance_profile[0].arn }
      ImageId                           = aws_launch_template.this["linux"].image_id
      InstanceInitiatedShutdownBehavior = aws_launch_template.this["linux"].instance_initiated_shutdown_behavior
      UserData                          = aws_launch_template.this["linux"].user_data
      MetadataOptions = {
        HttpEndpoint            = aws_launch_template.this["linux"].metadata_options[0].http_endpoint
        HttpTokens              = aws_launch_template.this["linux"].metadata_options[0].http_tokens
        HttpPutResponseHopLimit = aws_launch_template.this["linux"].metadata_options[0].http_put_response_hop_limit
        InstanceMetadataTags    = aws_launch_template.this["linux"].metadata_options[0].instance_metadata_tags
      }
      NetworkInterfaces = [{
        AssociatePublicIpAddress = tobool(aws_launch_template.this["linux"].network_interfaces[0].associate_public_ip_address)
        DeleteOnTermination      = tobool(aws_launch_template.this["linux"].network_interfaces[0].delete_on_termination)
        DeviceIndex              = aws_launch_template.this["linux"].network_interfaces[0].device_index
        Groups                   = tolist(aws_launch_template.this["linux"].network_interfaces[0].security_groups)
      }]
      BlockDeviceMappings = [{
        DeviceName = aws_launch_template.this["linux"].block_device_mappings[0].device_name
        Ebs = {
          DeleteOnTermination      = tobool(aws_launch_template.this["linux"].block_device_mappings[0].ebs[0].delete_on_termination)
          Encrypted                = tobool(aws_launch_template.this["linux"].block_device_mappings[0].ebs[0].encrypted)
          VolumeInitializationRate = aws_launch_template.this["linux"].block_device_mappings[0].ebs[0].volume_initialization_rate
          VolumeSize               = aws_launch_template.this["linux"].block_device_mappings[0].ebs[0].volume_size
          VolumeType               = aws_launch_template.this["linux"].block_device_mappings[0].ebs[0].volume_type
        }
      }]
      TagSpecifications = [for specification in aws_launch_template.this["linux"].tag_specifications : {
        ResourceType = specification.resource_type
        Tags         = [for key, value in specification.tags : { Key = key, Value = value }]
      }]
    })
    error_message = "An instance for Android is launched otherwise than the others."
  }
}

run "android_on_metal_types_has_no_option_that_ec2_refuses" {
  command = apply

  variables {
    platforms = { android = { image = "/qaops/images/android/stable", types = ["c7i.metal-24xl", "m7i.metal-24xl"] } }
  }

  assert {
    condition     = keys(aws_launch_template.this) == ["android"] && length(aws_cloudformation_stack.nested) == 0 && length(aws_launch_template.this["android"].cpu_options) == 0
    error_message = "A metal type is asked for nested virtualization."
  }
}

run "nested_virtualization_for_whoever_asks" {
  command = apply

  variables {
    platforms = {
      linux   = { image = "/qaops/images/linux/stable", types = ["r8i.large"], nested_virtualization = true }
      windows = { image = "/qaops/images/windows/stable", types = ["m8i.xlarge"], nested_virtualization = true }
    }
  }

  assert {
    condition     = length(aws_launch_template.this) == 0 && { for platform, template in local.nested_templates : platform => can(template.UserData) } == { linux = true, windows = false }
    error_message = "A platform has another launch template than it asks for, or Windows gets the user data of Linux."
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

run "an_account_without_the_role_of_fleets" {
  command = plan

  override_data {
    target = data.aws_iam_roles.service_linked
    values = { names = [] }
  }

  expect_failures = [data.aws_iam_roles.service_linked]
}

run "an_account_without_the_role_of_spot_capacity" {
  command = plan

  override_data {
    target = data.aws_iam_roles.service_linked["spot.amazonaws.com"]
    values = { names = [] }
  }

  variables {
    platforms = { linux = { image = "/qaops/images/linux/stable", types = ["c7i.large"], spot = true } }
  }

  expect_failures = [data.aws_iam_roles.service_linked]
}

run "roles_that_this_deployment_makes_need_not_be_there" {
  command = plan

  override_data {
    target = data.aws_iam_roles.service_linked
    values = { names = [] }
  }

  variables {
    service_linked_roles = ["ec2fleet.amazonaws.com"]
  }

  assert {
    condition     = keys(aws_iam_service_linked_role.this) == ["ec2fleet.amazonaws.com"] && keys(data.aws_iam_roles.service_linked) == ["ec2fleet.amazonaws.com"]
    error_message = "Another role is made than was asked for, or one is asked for that nothing needs."
  }
}

run "an_image_that_was_never_promoted_is_reported" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.images
    values = { names = ["/qaops/images/linux/20260101.000000.abcdef0"] }
  }

  expect_failures = [check.images]
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
    error_message = "Somebody gets messages who did not ask for them."
  }
}
