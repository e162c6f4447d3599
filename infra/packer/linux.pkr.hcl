# Debian 12 with browsers and a desktop, and the same with an Android emulator.
build {
  name = "debian"

  source "source.amazon-ebs.image" {
    name            = "linux"
    ami_name        = "qaops-linux-${var.version}"
    ami_description = "QAOps: browser and Linux desktop tests, ${var.version}"
    instance_type   = var.instance_types["linux"]
    ssh_username    = "admin"
    user_data       = local.first_agent

    temporary_key_pair_type = "ed25519"


    source_ami_filter {
      owners      = [local.versions.source_images.linux.owner]
      most_recent = true

      filters = {
        name                = local.versions.source_images.linux.name
        architecture        = "x86_64"
        root-device-type    = "ebs"
        virtualization-type = "hvm"
      }
    }

    launch_block_device_mappings {
      device_name           = "/dev/xvda"
      volume_type           = "gp3"
      iops                  = 3000
      throughput            = 250
      volume_size           = var.volume_sizes["linux"]
      encrypted             = true
      kms_key_id            = var.kms_key_id
      delete_on_termination = true
    }

    tags = merge(local.tags, {
      "Name"               = "qaops-linux-${var.version}"
      "qaops:platform"     = "linux"
      "qaops:source-image" = "{{ .SourceAMI }}"
      "qaops:source-name"  = "{{ .SourceAMIName }}"
      "qaops:contents"     = local.contents["linux"]
    })
  }

  source "source.amazon-ebs.image" {
    name            = "android"
    ami_name        = "qaops-android-${var.version}"
    ami_description = "QAOps: Android tests in an emulator, ${var.version}"
    instance_type   = var.instance_types["android"]
    ssh_username    = "admin"
    user_data       = local.first_agent

    temporary_key_pair_type = "ed25519"


    source_ami_filter {
      owners      = [local.versions.source_images.android.owner]
      most_recent = true

      filters = {
        name                = local.versions.source_images.android.name
        architecture        = "x86_64"
        root-device-type    = "ebs"
        virtualization-type = "hvm"
      }
    }

    launch_block_device_mappings {
      device_name           = "/dev/xvda"
      volume_type           = "gp3"
      iops                  = 3000
      throughput            = 250
      volume_size           = var.volume_sizes["android"]
      encrypted             = true
      kms_key_id            = var.kms_key_id
      delete_on_termination = true
    }

    tags = merge(local.tags, {
      "Name"               = "qaops-android-${var.version}"
      "qaops:platform"     = "android"
      "qaops:source-image" = "{{ .SourceAMI }}"
      "qaops:source-name"  = "{{ .SourceAMIName }}"
      "qaops:contents"     = local.contents["android"]
    })
  }

  provisioner "shell" {
    inline = ["cloud-init status --wait >/dev/null || true", "mkdir -p /var/tmp/qaops"]
  }

  provisioner "file" {
    sources     = local.uploads
    destination = "/var/tmp/qaops/"
  }

  provisioner "file" {
    source      = var.runner
    destination = "/var/tmp/qaops/qaops-runner"
  }

  provisioner "shell" {
    environment_vars = local.environment
    execute_command  = "sudo env {{ .Vars }} bash {{ .Path }}"
    inline           = ["bash /var/tmp/qaops/provision/install ${source.name}"]
  }

  # The image suite, as far as it can be asked before a boot of its own.
  provisioner "shell" {
    execute_command = "sudo env {{ .Vars }} bash {{ .Path }}"
    inline          = ["/opt/qaops/bin/image-tests --exclude booted"]
  }

  # Last: whatever followed would leave traces again.
  provisioner "shell" {
    execute_command = "sudo env {{ .Vars }} bash {{ .Path }}"
    inline          = ["bash /var/tmp/qaops/provision/cleanup.sh"]
  }

  post-processor "manifest" {
    output      = var.manifest
    custom_data = { version = var.version, commit = var.commit }
  }
}
