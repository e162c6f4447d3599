locals {
  versions = jsondecode(file("${path.root}/versions.json"))

  # What a person reads at an image to know what is in it. A tag's value has 256 characters at most.
  contents = {
    for platform in ["linux", "windows", "android"] : platform => join(" ", concat(
      ["robot_framework=${local.versions.robot_framework}"],
      [for name, download in local.versions.downloads : "${name}=${download.version}" if contains(download.platforms, platform)],
    ))
  }

  # Addresses of downloads with their versions in them.
  urls = {
    for name, download in local.versions.downloads : name => replace(download.url, "{version}", download.version)
  }

  tags = merge(var.tags, {
    "qaops:version" = var.version
    "qaops:commit"  = var.commit
  })

  # Variables of the provisioning scripts.
  environment = [
    "QAOPS_VERSION=${var.version}",
    "QAOPS_COMMIT=${var.commit}",
    "QAOPS_SOURCES=${var.sources}",
    "QAOPS_PACKAGE_INDEX=${var.package_index}",
  ]

  # Debian's image has no SSM agent, and nobody comes in without one.
  first_agent = join("\n", [
    "#!/bin/bash",
    "export SSM_AGENT_URL='${local.urls.ssm_agent}'",
    "export SSM_AGENT_SHA256='${local.versions.downloads.ssm_agent.sha256}'",
    file("${path.root}/provision/first-agent.sh"),
  ])

  # What the scripts need beside them.
  uploads = [
    "${path.root}/provision",
    "${path.root}/requirements",
    "${path.root}/tests",
    "${path.root}/versions.json",
  ]
}

# What all images have in common; each build adds what is its own.
source "amazon-ebs" "image" {
  region               = var.region
  subnet_id            = var.subnet_id
  security_group_ids   = var.security_group_ids
  iam_instance_profile = var.instance_profile
  ena_support          = true

  associate_public_ip_address = var.associate_public_ip_address

  # Through Session Manager: no inbound rule, and no key that outlives the build.
  communicator              = "ssh"
  ssh_interface             = "session_manager"
  ssh_timeout               = "20m"
  ssh_clear_authorized_keys = true

  # A builder that loses its Packer ends itself: the image's own deadline works there too.
  shutdown_behavior = "terminate"

  kms_key_id         = var.kms_key_id
  ami_users          = var.share_accounts
  snapshot_users     = var.share_accounts
  ami_regions        = keys(var.copy_to)
  region_kms_key_ids = var.copy_to

  run_tags        = local.tags
  run_volume_tags = local.tags
  snapshot_tags   = local.tags

  # plug-in only: Debian's packer does not know what follows.
  imds_support = "v2.0"
  deprecate_at = timeadd(timestamp(), "${var.deprecate_days * 24}h")
  ami_org_arns = var.share_organizations

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }
  # plug-in only: end.
}
