# Launch templates that ask for nested virtualization, without which a virtual type has no /dev/kvm.
#
# The AWS provider has the argument (`cpu_options.nested_virtualization`) from 6.33 on only, and the module takes 5.100 too. A
# stack of CloudFormation, which both providers know, takes the launch template in the words of EC2's API.

locals {
  # A metal type has /dev/kvm as it is, and EC2 refuses the option for it.
  nested = toset([
    for platform, settings in var.platforms : platform
    if(platform == "android" || settings.nested_virtualization) && !local.is_metal[platform]
  ])

  # The same as `aws_launch_template.this` has, and the option; a test compares them.
  nested_templates = {
    for platform in local.nested : platform => merge(platform == "windows" ? {} : { UserData = base64encode(local.user_data) }, {
      CpuOptions                                                                             = { NestedVirtualization = "enabled" }
      IamInstanceProfile                                                                     = { Arn = aws_iam_instance_profile.instance.arn }
      ImageId                                                                                = local.images[platform]
      InstanceInitiatedShutdownBehavior                                                      = "terminate"

      MetadataOptions = {
        HttpEndpoint            = "enabled"
        HttpTokens              = "required"
        HttpPutResponseHopLimit = 1
        InstanceMetadataTags    = "enabled"
      }

      NetworkInterfaces = [{
        AssociatePublicIpAddress = local.is_public
        DeleteOnTermination      = true
        DeviceIndex              = 0
        Groups                   = [aws_security_group.instances.id]
      }]

      BlockDeviceMappings = [{
        DeviceName = local.root_volumes[platform].device
        Ebs = merge(
          {
            DeleteOnTermination = true
            Encrypted           = true
            VolumeSize          = local.root_volumes[platform].gib
            VolumeType          = "gp3"
          },
          var.platforms[platform].volume_initialization_rate == null ? {} : {
            VolumeInitializationRate = var.platforms[platform].volume_initialization_rate
          },
        )
      }]

      TagSpecifications = [
        for kind in ["instance", "network-interface", "volume"] : {
          ResourceType = kind
          Tags         = [for key, value in local.tags : { Key = key, Value = value }]
        }
      ]
    })
  }
}

# CloudFormation gives a changed launch template a new version, but leaves the default version as it is, and launches take the
# default. So a change makes a new stack: its name has a hash of what the launch template has. The functions are told of the
# new one before the old one goes.
resource "aws_cloudformation_stack" "nested" {
  #checkov:skip=CKV_AWS_124: terraform waits for the stack and shows its errors, and nothing else changes it
  for_each = local.nested

  name       = "${var.name}-${each.key}-${substr(sha256(jsonencode(local.nested_templates[each.key])), 0, 8)}"
  on_failure = "DELETE"
  tags       = local.tags

  template_body = jsonencode({
    Description = "Launch template of QAOps with nested virtualization: ${each.key}"
    Resources = {
      Template = {
        Type       = "AWS::EC2::LaunchTemplate"
        Properties = { LaunchTemplateData = local.nested_templates[each.key] }
      }
    }
    Outputs = { Id = { Value = { Ref = "Template" } } }
  })

  lifecycle {
    create_before_destroy = true
  }
}
