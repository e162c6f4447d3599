# How environments are launched: a launch template for each platform, one role, and the order to the runner.

locals {
  # What `launch` reads in QAOPS_FLEET: `{"linux": {"template", "types", "subnets", "spot", "volume"}}`.
  fleet = {
    for platform, settings in var.platforms : platform => {
      template = local.templates[platform]
      types    = settings.types
      subnets  = local.subnet_ids
      spot     = settings.spot
      volume   = merge(local.root_volumes[platform], { most_gib = coalesce(settings.most_volume_gib, local.root_volumes[platform].gib) })
    }
  }

  # What QAOPS_BOOT_SECONDS has: seconds from the launch after which an instance is given up. SSM reaches most instances of Linux
  # within 30 s to 6 min, those of Windows within some 6 min, and metal ones only after 20 min.
  boot_seconds = {
    for platform, settings in var.platforms : platform =>
    coalesce(settings.boot_seconds, local.is_metal[platform] ? 1800 : platform == "windows" ? 900 : 300)
  }

  is_metal = { for platform, settings in var.platforms : platform => anytrue([for type in settings.types : strcontains(type, ".metal")]) }

  templates = merge(
    { for platform, template in aws_launch_template.this : platform => template.id },
    { for platform, stack in aws_cloudformation_stack.nested : platform => stack.outputs["Id"] },
  )

  root_volumes = {
    for platform, settings in var.platforms : platform => {
      device = coalesce(settings.root_device, local.volumes[platform].device)
      gib    = coalesce(settings.volume_gib, local.volumes[platform].gib)
    }
  }

  # The root volumes of the images in infra/packer: a volume is never smaller than its image.
  volumes = {
    linux   = { device = "/dev/xvda", gib = 32 }
    windows = { device = "/dev/sda1", gib = 80 }
    android = { device = "/dev/xvda", gib = 64 }
  }

  # A parameter is resolved by EC2 at each launch, so a new image needs no deployment.
  images = {
    for platform, settings in var.platforms : platform =>
    startswith(settings.image, "ami-") ? settings.image : "resolve:ssm:${settings.image}"
  }
}

resource "aws_launch_template" "this" {
  for_each = { for platform, settings in var.platforms : platform => settings if !contains(local.nested, platform) }

  name                                 = "${var.name}-${each.key}"
  description                          = "Environments of QAOps: ${each.key}"
  image_id                             = local.images[each.key]
  instance_initiated_shutdown_behavior = "terminate"
  update_default_version               = true
  user_data                            = each.key == "windows" ? null : base64encode(local.user_data)
  tags                                 = local.tags

  iam_instance_profile {
    arn = aws_iam_instance_profile.instance.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  network_interfaces {
    device_index                = 0
    associate_public_ip_address = local.is_public
    delete_on_termination       = true
    security_groups             = [aws_security_group.instances.id]
  }

  block_device_mappings {
    device_name = local.root_volumes[each.key].device

    ebs {
      delete_on_termination      = true
      encrypted                  = true
      volume_initialization_rate = each.value.volume_initialization_rate
      volume_size                = local.root_volumes[each.key].gib
      volume_type                = "gp3"
    }
  }

  # The run's own tags come with the fleet request; these are what a volume has of it, and what a template can know.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "network-interface", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }
}

locals {
  # The images end an environment at the deadline of its run. This holds for any other image too: a run lasts 24 hours at
  # most and its state machine 26. On Windows a shutdown that is waiting would keep the image's own from being asked for.
  user_data = "#!/bin/sh\nexec shutdown -h +${26 * 60}\n"
}

resource "aws_iam_instance_profile" "instance" {
  name = "${var.name}-instance"
  role = aws_iam_role.instance.name
  tags = local.tags
}

resource "aws_iam_role" "instance" {
  name                 = "${var.name}-instance"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "instance" {
  name   = "instance"
  role   = aws_iam_role.instance.id
  policy = local.policies["instance"]
}

resource "aws_iam_service_linked_role" "this" {
  for_each = var.service_linked_roles

  aws_service_name = each.value
  tags             = local.tags
}

# What Run Command starts. Each parameter has a pattern, for its value becomes a word of a script.
resource "aws_ssm_document" "run_shard" {
  name            = "${var.name}-run-shard"
  document_type   = "Command"
  document_format = "JSON"
  target_type     = "/AWS::EC2::Instance"
  tags            = local.tags

  content = jsonencode({
    schemaVersion = "2.2"
    description   = "Runs one attempt at a shard of a QAOps run."
    parameters = {
      run     = { type = "String", description = "Run's id", allowedPattern = "^[A-Za-z0-9_-]{1,80}$" }
      shard   = { type = "String", description = "Shard's id", allowedPattern = "^[0-9]{4,}(r[0-9]+)?$" }
      attempt = { type = "String", description = "Attempt, from 1", allowedPattern = "^[0-9]{1,3}$" }
      seconds = { type = "String", description = "Seconds after which SSM ends the command", allowedPattern = "^[0-9]{1,6}$" }
    }
    mainSteps = [
      {
        action       = "aws:runShellScript"
        name         = "shard"
        precondition = { StringEquals = ["platformType", "Linux"] }
        inputs       = { timeoutSeconds = "{{ seconds }}", runCommand = local.linux_command }
      },
      {
        action       = "aws:runPowerShellScript"
        name         = "shardOnWindows"
        precondition = { StringEquals = ["platformType", "Windows"] }
        inputs       = { timeoutSeconds = "{{ seconds }}", runCommand = local.windows_command }
      },
    ]
  })
}

locals {
  words = "--run '{{ run }}' --shard '{{ shard }}' --attempt '{{ attempt }}'"

  runner_settings = merge(
    {
      QAOPS_ARTIFACTS_MIB = tostring(var.shard_artifacts_mib)
      QAOPS_BUCKET        = local.bucket_name
      QAOPS_ROLE_ID       = aws_iam_role.instance.unique_id
    },
    var.tests_may_sudo ? { QAOPS_TESTS_MAY_SUDO = "true" } : {},
    var.python_index == null ? {} : { QAOPS_PYTHON_INDEX = var.python_index },
  )

  linux_command = concat(["set -eu"], [for name, value in local.runner_settings : "export ${name}='${value}'"], [
    "exec '${var.runners.linux}' ${local.words}",
  ])

  # PowerShell ends with 0 whatever a program ended with, unless it is told.
  windows_command = concat([for name, value in local.runner_settings : "$env:${name} = '${value}'"], [
    "& '${var.runners.windows}' ${local.words}",
    "exit $LASTEXITCODE",
  ])
}
