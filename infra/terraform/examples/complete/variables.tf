# The module validates what it is given; here only what it cannot see is.

variable "region" {
  description = "Region of the deployment."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Expected a region, such as eu-central-1."
  }
}

variable "name" {
  description = "Prefix of every name."
  type        = string
  default     = "qaops"

  validation {
    condition     = length(var.name) <= 20
    error_message = "A name has 20 characters at most."
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

variable "architecture" {
  description = "Processor that the packages are built for."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Expected arm64 or x86_64."
  }
}

variable "kms_key_arn" {
  description = "Key of the organization. Null makes one."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Boundary that the organization asks for on every role."
  type        = string
  default     = null
}

variable "existing_network" {
  description = "Network that the instances join. Null makes one."
  type        = object({ vpc_id = string, subnet_ids = list(string) })
  default     = null
}

variable "network" {
  description = "The network that is made where there is none."
  type = object({
    layout    = optional(string, "nat")
    zones     = optional(list(string))
    flow_logs = optional(bool, true)
  })
  default = {}
}

variable "memory_mib" {
  description = "Memory of functions by step, where the module's is not enough for suites with large outputs."
  type        = map(number)
  default     = { collect = 2048, evaluate = 2048 }
}

variable "reserved_concurrency" {
  description = "Calls of the sweep at the same time that are kept for it; -1 in an account that has too few."
  type        = number
  default     = 1

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency == 1
    error_message = "The sweep runs once at a time: expected 1 or -1."
  }
}

variable "pauses" {
  description = "Seconds of the state machine's pauses."
  type        = object({ ready_seconds = number, capacity_seconds = number, rerun_seconds = number })
  default     = { ready_seconds = 10, capacity_seconds = 120, rerun_seconds = 10 }
}

variable "platforms" {
  description = "How instances are launched."
  type = map(object({
    image        = string
    types        = list(string)
    spot         = optional(bool, false)
    volume_gib   = optional(number)
    boot_seconds = optional(number)
  }))
  default = {
    linux = {
      image = "/qaops/images/linux/stable"
      types = ["c7i.large", "m7i.large", "c6i.large", "m6i.large"]
      spot  = true
    }
    windows = {
      image      = "/qaops/images/windows/stable"
      types      = ["m7i.xlarge", "m6i.xlarge"]
      volume_gib = 100
    }
    android = {
      image        = "/qaops/images/android/stable"
      types        = ["c8i.2xlarge", "m8i.2xlarge"]
      boot_seconds = 420
    }
  }
}

variable "prices" {
  description = "What things cost in the region, in dollars. These are examples: put in the region's own. Null estimates no costs."
  type = object({
    instances        = map(map(object({ on_demand = optional(number), spot = optional(number) })))
    volume_gib_month = number
    address_hour     = optional(number)
    transfer_gib     = optional(number)
    transition       = number
  })
  default = {
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
}

variable "runners" {
  description = "Where the images have the runner."
  type        = object({ linux = optional(string), windows = optional(string) })
  default     = {}
}

variable "image_kms_key_arns" {
  description = "Keys that the images are encrypted with."
  type        = list(string)
  default     = []
}

variable "service_linked_roles" {
  description = "Roles of AWS's own that the account still lacks."
  type        = set(string)
  default     = []
}

variable "quotas" {
  description = "What the account's quotas are compared with."
  type        = object({ check = optional(bool, true), most_environments = optional(number, 40) })
  default     = {}
}

variable "disposable" {
  description = "Whether `destroy` may remove the artifacts and the ledger with all they hold."
  type        = bool
  default     = false
}

variable "source_bucket_arns" {
  description = "Further buckets with packages and reports."
  type        = list(string)
  default     = []
}

variable "source_kms_key_arns" {
  description = "Keys of those buckets."
  type        = list(string)
  default     = []
}

variable "sweep_schedule" {
  description = "How often the sweep looks."
  type        = string
  default     = "rate(5 minutes)"
}

variable "chat" {
  description = "Channel that gets runs and alarms."
  type        = object({ slack_team_id = string, slack_channel_id = string })
  default     = null
}
