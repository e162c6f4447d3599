# Windows Server 2025 with a desktop that is logged on, and browsers.
build {
  name = "windows"

  source "source.amazon-ebs.image" {
    name            = "windows"
    ami_name        = "qaops-windows-${var.version}"
    ami_description = "QAOps: desktop and browser tests on Windows, ${var.version}"
    instance_type   = var.instance_types["windows"]
    ssh_username    = "Administrator"
    user_data       = join("\n", ["<powershell>", file("${path.root}/provision/windows/user-data.ps1"), "</powershell>"])

    # EC2 starts Windows with RSA keys only.
    temporary_key_pair_type = "rsa"


    source_ami_filter {
      owners      = [local.versions.source_images.windows.owner]
      most_recent = true

      filters = {
        name                = local.versions.source_images.windows.name
        architecture        = "x86_64"
        root-device-type    = "ebs"
        virtualization-type = "hvm"
      }
    }

    launch_block_device_mappings {
      device_name           = "/dev/sda1"
      volume_type           = "gp3"
      iops                  = 3000
      throughput            = 250
      volume_size           = var.volume_sizes["windows"]
      encrypted             = true
      kms_key_id            = var.kms_key_id
      delete_on_termination = true
    }

    tags = merge(local.tags, {
      "Name"               = "qaops-windows-${var.version}"
      "qaops:platform"     = "windows"
      "qaops:source-image" = "{{ .SourceAMI }}"
      "qaops:source-name"  = "{{ .SourceAMIName }}"
      "qaops:contents"     = local.contents["windows"]
    })
  }

  provisioner "powershell" {
    inline = ["New-Item -ItemType Directory -Force -Path C:/qaops-build | Out-Null"]
  }

  provisioner "file" {
    sources     = local.uploads
    destination = "C:/qaops-build/"
  }

  provisioner "file" {
    source      = var.runner
    destination = "C:/qaops-build/qaops-runner.exe"
  }

  provisioner "powershell" {
    environment_vars = local.environment
    inline           = ["& C:/qaops-build/provision/windows/install.ps1"]
  }

  # What was installed is there after a boot, too.
  provisioner "windows-restart" {
    restart_timeout = "15m"
  }

  # The image suite, as far as it can be asked before a boot of its own.
  provisioner "powershell" {
    inline = ["& C:/qaops/bin/image-tests.ps1 --exclude booted; exit $LASTEXITCODE"]
  }

  # Last: whatever followed would leave traces again.
  provisioner "powershell" {
    inline = ["& C:/qaops-build/provision/windows/cleanup.ps1"]
  }

  post-processor "manifest" {
    output      = var.manifest
    custom_data = { version = var.version, commit = var.commit }
  }
}
