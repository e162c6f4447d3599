variable "name" {
  description = "Prefix of every name, and the value of the tag `qaops:deployment`."
  type        = string
  default     = "qaops"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.name))
    error_message = "A name has 1 to 20 lower-case letters, digits and hyphens, with a letter first and no hyphen last."
  }
}

variable "tags" {
  description = "Tags of everything that can be tagged, instances and volumes included."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : can(regex("^[A-Za-z0-9_.:=+@-]{1,128}$", key))])
    error_message = "A tag's key must not have spaces or slashes: instances read their own tags, for which EC2 allows no such keys."
  }

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "qaops:") && !startswith(lower(key), "aws:")])
    error_message = "The prefixes qaops: and aws: are taken."
  }
}

variable "kms_key_arn" {
  description = "KMS key for artifacts, ledger, topics, logs and settings. Null makes one; the README lists what the policy of an own key must allow."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "Expected the ARN of a key, arn:aws:kms:<region>:<account>:key/<id>; an alias is no key."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role. Null sets none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "Expected the ARN of a policy, arn:aws:iam::<account>:policy/<name>."
  }
}

variable "packages" {
  description = "Folder with the functions' packages: `<step>.zip` for each step, with a program `bootstrap` in it."
  type        = string
  nullable    = false

  validation {
    condition     = length(trimspace(var.packages)) > 0
    error_message = "Name the folder that the build left the packages in."
  }
}

variable "architecture" {
  description = "Processor that the packages are built for: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Expected arm64 or x86_64."
  }
}

variable "functions" {
  description = "Settings of functions by step, where the defaults do not fit."
  type = map(object({
    memory_mib           = optional(number)
    storage_mib          = optional(number)
    timeout_seconds      = optional(number)
    reserved_concurrency = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([for step in keys(var.functions) : contains([
      "assign", "collect", "dispatch", "evaluate", "launch", "notify", "plan", "ready", "record", "resume", "sweep", "terminate",
    ], step)])
    error_message = "Only steps have settings: assign, collect, dispatch, evaluate, launch, notify, plan, ready, record, resume, sweep, terminate."
  }

  validation {
    condition = alltrue([for settings in values(var.functions) : alltrue([
      settings.memory_mib == null ? true : settings.memory_mib >= 128 && settings.memory_mib <= 10240,
      settings.storage_mib == null ? true : settings.storage_mib >= 512 && settings.storage_mib <= 10240,
      settings.timeout_seconds == null ? true : settings.timeout_seconds >= 10 && settings.timeout_seconds <= 900,
      settings.reserved_concurrency == null ? true : settings.reserved_concurrency >= -1,
    ])])
    error_message = "Memory is 128 to 10240 MiB, storage below /tmp 512 to 10240 MiB, a timeout 10 to 900 seconds, a reserved concurrency 1 or more, or -1 for none."
  }
}

variable "code_signing_config_arn" {
  description = "Lambda code signing configuration that packages must satisfy. Null asks for none."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || can(regex("^arn:[a-z-]+:lambda:", var.code_signing_config_arn))
    error_message = "Expected the ARN of a code signing configuration."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "pauses" {
  description = "Pauses in seconds: between two checks of booting instances, before capacity is requested again, and while failed tests wait for another environment."
  type = object({
    ready_seconds    = optional(number, 10)
    capacity_seconds = optional(number, 120)
    rerun_seconds    = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for seconds in values(var.pauses) : seconds >= 1 && seconds <= 3600])
    error_message = "A pause lasts 1 to 3600 seconds."
  }
}

variable "artifacts" {
  description = "The bucket: its name (null makes one of name, account and region), days after which runs and replaced packages expire, and whether `destroy` may remove it with what it holds."
  type = object({
    bucket_name   = optional(string)
    run_days      = optional(number, 90)
    package_days  = optional(number, 180)
    force_destroy = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.artifacts.bucket_name == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.artifacts.bucket_name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens."
  }

  validation {
    condition     = var.artifacts.run_days >= 1 && var.artifacts.package_days >= var.artifacts.run_days
    error_message = "Runs are kept for a day or more, and a replaced package at least as long as the runs that may have used it."
  }
}

variable "source_bucket_arns" {
  description = "Further buckets that packages and reports may lie in, such as the artifact store of a pipeline."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.source_bucket_arns : can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]{3,63}$", arn))])
    error_message = "Expected ARNs of buckets, arn:aws:s3:::<bucket>."
  }
}

variable "source_kms_key_arns" {
  description = "KMS keys of the further buckets and of named parameters, where they are not AWS's own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.source_kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", arn))])
    error_message = "Expected ARNs of keys, arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "ledger_deletion_protection" {
  description = "Whether the ledger's table must be unprotected before it can be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "sweep_schedule" {
  description = "How often the sweep looks for what events left undone."
  type        = string
  default     = "rate(5 minutes)"
  nullable    = false

  validation {
    condition     = can(regex("^rate\\((1 minute|([2-9]|1[0-5]) minutes)\\)$", var.sweep_schedule))
    error_message = "Expected rate(1 minute) up to rate(15 minutes): the alarms expect a sweep in every quarter of an hour."
  }
}
