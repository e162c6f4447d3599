# Whether the account may have what a run takes: told at the deployment, and not by a run at night.

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
