variable "schedules" {
  description = <<-TEXT
    Runs that start by themselves, by a name of your choice. `expression` is `cron(…)`, `rate(…)` or `at(…)` as EventBridge
    Scheduler writes it; `input` is the run's input as JSON, the same that a person or a pipeline gives. The label
    `trigger` is added, by which the sweep notices a suite that stopped running.
  TEXT
  type = map(object({
    expression       = string
    timezone         = optional(string, "UTC")
    flexible_minutes = optional(number, 0)
    enabled          = optional(bool, true)
    input            = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.schedules) : can(regex("^[A-Za-z0-9_-]{1,40}$", name))])
    error_message = "A schedule's name has 1 to 40 letters, digits, - and _."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(regex("^(cron|rate|at)\\(.+\\)$", schedule.expression))])
    error_message = "Expected cron(…), rate(…) or at(…), such as cron(0 2 ? * MON-FRI *)."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(regex("^[A-Za-z0-9_+/-]+$", schedule.timezone))])
    error_message = "Expected a time zone as the IANA database names it, such as Europe/Berlin."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : schedule.flexible_minutes >= 0 && schedule.flexible_minutes <= 1440])
    error_message = "A flexible window has 0 to 1440 minutes."
  }

  # What follows are the rules by which the step `plan` reads an input, so that a bad one is reported now and not at two in the
  # morning.
  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(keys(jsondecode(schedule.input)))])
    error_message = "An input is a JSON object: write jsonencode({ suite = \"…\" })."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(regex("^[A-Za-z0-9]([A-Za-z0-9_-]|\\.[A-Za-z0-9_-])*$", jsondecode(schedule.input).suite)) && try(length(jsondecode(schedule.input).suite) <= 64, false)])
    error_message = "An input names its suite: 1 to 64 letters, digits, -, _ and ., with a letter or digit first."
  }

  validation {
    condition = alltrue([for schedule in values(var.schedules) : length(setsubtract(try(keys(jsondecode(schedule.input)), []), [
      "suite", "package", "environments", "target", "timeout", "rerun_failed", "include", "exclude", "variables", "reports", "labels",
    ])) == 0])
    error_message = "An input has only the keys suite, package, environments, target, timeout, rerun_failed, include, exclude, variables, reports and labels."
  }

  validation {
    condition = alltrue([for schedule in values(var.schedules) : alltrue([
      for environments in [try(jsondecode(schedule.input).environments, 1)] : try(environments >= 1 && environments <= 500 && floor(environments) == environments, false)
    ])])
    error_message = "Environments are a whole number from 1 to 500."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : !(can(jsondecode(schedule.input).environments) && can(jsondecode(schedule.input).target))])
    error_message = "Give environments or a target, not both."
  }

  validation {
    condition = alltrue(flatten([for schedule in values(var.schedules) : [
      for key in ["target", "timeout"] : can(regex("^([0-9]+(\\.[0-9]+)?(h|m|s))+$", try(jsondecode(schedule.input)[key], "1m")))
    ]]))
    error_message = "A target and a timeout are durations, such as 90s, 30m or 1h30m."
  }

  validation {
    condition = alltrue(flatten([for schedule in values(var.schedules) : [
      for url in concat([try(jsondecode(schedule.input).package, "s3://bucket/key")], try(values(jsondecode(schedule.input).reports), [])) :
      can(regex("^s3://[a-z0-9.-]{3,63}/.+$", url))
    ]]))
    error_message = "A package and a report are written s3://bucket/key."
  }
}

variable "subscriptions" {
  description = "Who gets messages about runs, by a name of your choice: protocol (`email`, `https`, `sqs`, `lambda`, …), endpoint, and a filter over the message's attributes `kind`, `suite`, `branch`, `verdict`, `severity` and `changed`, such as `{ suite = [\"checkout\"], changed = [\"true\"] }`. `https` gets the form of chats."
  type = map(object({
    protocol = string
    endpoint = string
    filter   = optional(map(list(string)), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for subscription in values(var.subscriptions) : contains(["email", "email-json", "https", "sqs", "lambda", "sms", "firehose"], subscription.protocol)])
    error_message = "A protocol is email, email-json, https, sqs, lambda, sms or firehose; http is not encrypted."
  }
}

variable "alarm_subscriptions" {
  description = "Who gets messages about alarms, by a name of your choice: protocol and endpoint."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for subscription in values(var.alarm_subscriptions) : contains(["email", "email-json", "https", "sqs", "lambda", "sms"], subscription.protocol)])
    error_message = "A protocol is email, email-json, https, sqs, lambda or sms; http is not encrypted."
  }
}

variable "chat" {
  description = "Slack channel that gets runs and alarms; the workspace must be known to Amazon Q Developer in chat applications. Null tells no channel."
  type = object({
    slack_team_id    = string
    slack_channel_id = string
  })
  default = null

  validation {
    condition     = var.chat == null || can(regex("^T[A-Z0-9]+$", var.chat.slack_team_id)) && can(regex("^[CG][A-Z0-9]+$", var.chat.slack_channel_id))
    error_message = "A team's id begins with T and a channel's with C or G."
  }
}

variable "link_seconds" {
  description = "Seconds for which the link to a report in a message works, at most a week. It never works longer than the credentials of the function that signs it, which last some hours."
  type        = number
  default     = 43200
  nullable    = false

  validation {
    condition     = var.link_seconds >= 60 && var.link_seconds <= 604800 && floor(var.link_seconds) == var.link_seconds
    error_message = "A link works for 60 to 604800 seconds."
  }
}

variable "report_url" {
  description = "Address of a site that serves the bucket of artifacts to those who may see it, such as `https://reports.example`. Messages then name reports there, by addresses that do not end. Empty for signed links."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(https://[^[:space:]?#]+)?$", var.report_url))
    error_message = "Expected an https:// address without ? and #, or nothing."
  }
}

variable "stale_hours" {
  description = "Hours without any run after which an alarm is raised, at most 168. 0 sets no such alarm; without schedules there is none either."
  type        = number
  default     = 26
  nullable    = false

  validation {
    condition     = var.stale_hours >= 0 && var.stale_hours <= 168 && floor(var.stale_hours) == var.stale_hours
    error_message = "Expected whole hours from 0 to 168: an alarm looks back a week at most."
  }
}
