# The least: a deployment that a person starts runs in, by hand. Its instances reach nothing but AWS.

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

module "qaops" {
  source = "../.."

  packages = var.packages
}

output "bucket" {
  description = "Where packages go: `suites/<suite>.zip`."
  value       = module.qaops.bucket.name
}

output "state_machine_arn" {
  description = "What runs are started with."
  value       = module.qaops.state_machine_arn
}
