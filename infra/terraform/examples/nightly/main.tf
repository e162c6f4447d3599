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

module "qaops" {
  source = "../.."

  packages = var.packages
  network  = { layout = "nat" }
  tags     = { team = "checkout" }

  platforms = {
    linux = {
      image = "/qaops/images/linux"
      types = ["c7i.large", "m7i.large", "c6i.large", "m6i.large"]
      spot  = true
    }
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
      filter   = { verdict = ["failed", "inconclusive", "error", "silent"] }
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
