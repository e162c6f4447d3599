# Whether the account has what a run takes: a deployment reports what is missing, before a run at night fails by it.

locals {
  # The two quotas that count the vCPUs of all ordinary types. Metal, GPU and other types have quotas of their own.
  quota_codes = { on-demand = "L-1216C47A", spot = "L-34B43A08" }

  # A platform with Spot falls back to on-demand capacity, and so needs both.
  quota_checks = merge([
    for platform, settings in var.platforms : {
      for market in settings.spot ? ["on-demand", "spot"] : ["on-demand"] : "${platform}-${market}" => {
        type = settings.types[0]
        code = local.quota_codes[market]
      }
    } if var.quotas.check && can(regex("^[acdhimrtz][0-9]", settings.types[0]))
  ]...)

  reserved_concurrency = sum([for settings in local.function_settings : max(settings.reserved_concurrency, 0)])
}

data "aws_ec2_instance_type" "first" {
  for_each = toset([for check in local.quota_checks : check.type])

  instance_type = each.value
}

data "aws_servicequotas_service_quota" "vcpus" {
  for_each = local.quota_checks

  service_code = "ec2"
  quota_code   = each.value.code

  lifecycle {
    postcondition {
      condition     = self.value >= var.quotas.most_environments * data.aws_ec2_instance_type.first[each.value.type].default_vcpus
      error_message = "${var.quotas.most_environments} environments of ${each.value.type} take ${var.quotas.most_environments * data.aws_ec2_instance_type.first[each.value.type].default_vcpus} vCPUs, and the account may have ${self.value}. Ask for more of the quota ${self.quota_name}, or lower quotas.most_environments."
    }
  }
}

data "aws_servicequotas_service_quota" "concurrency" {
  count = var.quotas.check ? 1 : 0

  service_code = "lambda"
  quota_code   = "L-B99A9384"

  lifecycle {
    postcondition {
      condition     = local.reserved_concurrency == 0 || self.value >= local.reserved_concurrency + 100
      error_message = "The functions reserve ${local.reserved_concurrency} calls at the same time, Lambda keeps 100 for all others, and the account may have ${self.value}. Ask for more of the quota ${self.quota_name}, or write functions = { sweep = { reserved_concurrency = -1 } }."
    }
  }
}

locals {
  # Every fleet needs the first role, and Spot capacity the second. AWS makes them for a caller who may make roles; `launch` may
  # not, and would end with AuthFailure.ServiceLinkedRoleCreationNotPermitted.
  service_linked_roles = merge(
    { "ec2fleet.amazonaws.com" = "AWSServiceRoleForEC2Fleet" },
    anytrue([for settings in values(var.platforms) : settings.spot]) ? { "spot.amazonaws.com" = "AWSServiceRoleForEC2Spot" } : {},
  )
}

data "aws_iam_roles" "service_linked" {
  for_each = var.quotas.check ? local.service_linked_roles : {}

  name_regex  = "^${each.value}$"
  path_prefix = "/aws-service-role/${each.key}/"

  lifecycle {
    postcondition {
      condition     = length(self.names) > 0 || contains(var.service_linked_roles, each.key)
      error_message = "The account lacks AWS's role ${each.value}, and every launch would fail with AuthFailure.ServiceLinkedRoleCreationNotPermitted. Let this deployment make it: service_linked_roles = [\"${each.key}\"]."
    }
  }
}

locals {
  # By platform, the parameters that lie in a folder: others cannot be looked for without an error where one is missing.
  parameters = {
    for platform, settings in var.platforms : platform => settings.image if can(regex("^/.+/", settings.image))
  }
}

data "aws_ssm_parameters_by_path" "images" {
  for_each = toset([for name in values(local.parameters) : dirname(name)])

  path = each.value
}

# A warning only: the first image is tested with the launch template of this deployment, and promoted after that.
check "images" {
  assert {
    condition     = alltrue([for name in values(local.parameters) : contains(data.aws_ssm_parameters_by_path.images[dirname(name)].names, name)])
    error_message = "No run can launch yet, because these parameters of images do not exist: ${join(", ", [for name in values(local.parameters) : name if !contains(data.aws_ssm_parameters_by_path.images[dirname(name)].names, name)])}. Build an image, test and promote it: infra/packer/image build, test, promote."
  }
}
