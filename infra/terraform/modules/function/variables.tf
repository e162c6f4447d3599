variable "name" {
  description = "Name of the function, its role and its queue."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,46}$", var.name))
    error_message = "A name has 1 to 47 lower-case letters, digits and hyphens."
  }
}

variable "description" {
  description = "What the function does."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.description) >= 1 && length(var.description) <= 256
    error_message = "A description has 1 to 256 characters."
  }
}

variable "package" {
  description = "Zip file with a program `bootstrap`."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.package, ".zip")
    error_message = "A package is a zip file."
  }
}

variable "architecture" {
  description = "Processor that the package is built for: `arm64` or `x86_64`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Expected arm64 or x86_64."
  }
}

variable "memory_mib" {
  description = "Memory in MiB; the processor's share grows with it."
  type        = number
  nullable    = false

  validation {
    condition     = var.memory_mib >= 128 && var.memory_mib <= 10240
    error_message = "Memory is 128 to 10240 MiB."
  }
}

variable "storage_mib" {
  description = "Storage below `/tmp` in MiB; what is over 512 is paid for by the second."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.storage_mib >= 512 && var.storage_mib <= 10240
    error_message = "Storage is 512 to 10240 MiB."
  }
}

variable "timeout_seconds" {
  description = "Seconds that a call may take."
  type        = number
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "A call may take 1 to 900 seconds."
  }
}

variable "reserved_concurrency" {
  description = "Calls at the same time that are kept for this function and are its most; -1 for neither."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= -1
    error_message = "Expected -1 or a number of calls."
  }
}

variable "asynchronous" {
  description = "Whether events call the function: then it has a queue for those that it could not handle."
  type        = bool
  default     = false
  nullable    = false
}

variable "settings" {
  description = "Environment variables."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = sum(concat([0], [for name, value in var.settings : length(name) + length(value)])) <= 4096
    error_message = "Lambda takes 4 KiB of settings."
  }
}

variable "policy" {
  description = "Policy of the function's role as JSON: what its code calls. Logs, traces and the queue are added."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(var.policy).Statement)
    error_message = "Expected a policy document as JSON."
  }
}

variable "kms_key_arn" {
  description = "KMS key for settings and logs."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.kms_key_arn) > 0
    error_message = "Expected the ARN of a key."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the role. Null sets none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:", var.permissions_boundary_arn))
    error_message = "Expected the ARN of a policy."
  }
}

variable "code_signing_config_arn" {
  description = "Code signing configuration that the package must satisfy. Null asks for none."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || can(regex("^arn:", var.code_signing_config_arn))
    error_message = "Expected the ARN of a code signing configuration."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  nullable    = false

  validation {
    condition     = var.log_retention_days >= 1
    error_message = "Logs that are kept forever are not looked at; expected days."
  }
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : length(key) >= 1 && length(key) <= 128])
    error_message = "A tag's key has 1 to 128 characters."
  }
}
