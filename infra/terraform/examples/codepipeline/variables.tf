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

variable "connection_arn" {
  description = "Connection to where the source lies: CodePipeline's console makes one."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:code(star-)?connections:", var.connection_arn))
    error_message = "Expected the ARN of a connection."
  }
}

variable "repository" {
  description = "Repository of the source."
  type        = string
  default     = "example/checkout"

  validation {
    condition     = can(regex("^[^/ ]+/[^ ]+$", var.repository))
    error_message = "Expected owner/repository."
  }
}

variable "branch" {
  description = "Branch whose commits start the pipeline."
  type        = string
  default     = "main"

  validation {
    condition     = length(var.branch) > 0
    error_message = "Name a branch."
  }
}

variable "site_bucket" {
  description = "Bucket that the site is deployed to."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.site_bucket))
    error_message = "Expected the name of a bucket."
  }
}
