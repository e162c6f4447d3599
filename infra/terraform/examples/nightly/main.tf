# A nightly run of two suites: schedules in the time zone of those who read the results, a mail where a run fails, a
# channel for alarms. The instances test a staging system on the internet, through one NAT gateway.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Region of the deployment."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Expected a region, such as eu-central-1."
  }
}

variable "packages" {
  description = "Folder with the functions' packages."
  type        = string
  default     = "../../../../target/lambda"

  validation {
    condition     = length(var.packages) > 0
    error_message = "Name the folder that the build left the packages in."
  }
}

variable "team" {
  description = "Mail address of those who look at failed runs and at alarms."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+$", var.team))
    error_message = "Expected a mail address."
  }
}

variable "service_linked_roles" {
  description = "Roles of AWS's own that the account still lacks; a plan names them."
  type        = set(string)
  default     = []
}

module "qaops" {
  source = "../.."

  packages             = var.packages
  service_linked_roles = var.service_linked_roles

  network = { layout = "nat" }
  tags    = { team = "checkout" }

  platforms = {
    linux = {
      image = "/qaops/images/linux/stable"
      types = ["c7i.large", "m7i.large", "c6i.large", "m6i.large"]
      spot  = true
    }
  }

  # No run may do without its tests, and none may cost more than two dollars. These prices are examples:
  # put in those of AWS's price list for the region, and for Spot capacity the averages of EC2's price history.
  gates = { error = ["tests.total > 0"], warn = ["run.cost <= $2"] }
  prices = {
    instances = {
      linux = {
        "c7i.large" = { on_demand = 0.10185, spot = 0.045 }
        "m7i.large" = { on_demand = 0.12075, spot = 0.05 }
        "c6i.large" = { on_demand = 0.097, spot = 0.045 }
        "m6i.large" = { on_demand = 0.115, spot = 0.05 }
      }
    }
    volume_gib_month = 0.0952
    transition       = 0.000025
  }

  schedules = {
    checkout = {
      expression = "cron(0 2 ? * MON-FRI *)"
      timezone   = "Europe/Berlin"
      input      = jsonencode({ suite = "checkout", environments = 20, timeout = "45m" })
    }
    smoke = {
      expression       = "rate(1 hour)"
      flexible_minutes = 10
      input            = jsonencode({ suite = "checkout", environments = 2, include = ["smoke"], labels = { kind = "smoke" } })
    }
  }

  subscriptions = {
    failures = {
      protocol = "email"
      endpoint = var.team
      filter   = { verdict = ["failed", "inconclusive", "error", "stale"] }
    }
  }

  alarm_subscriptions = {
    team = { protocol = "email", endpoint = var.team }
  }
}

output "bucket" {
  description = "Where packages go: `suites/<suite>.zip`."
  value       = module.qaops.bucket.name
}

output "state_machine_arn" {
  description = "What runs are started with."
  value       = module.qaops.state_machine_arn
}
