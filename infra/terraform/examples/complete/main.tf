# Every input once, as a larger organization sets them: a key and a boundary of its own, an existing network if there is
# one, two platforms, several suites, chat, filtered mails. What differs from place to place is a variable.

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

  default_tags {
    tags = { repository = "qaops" }
  }
}

module "qaops" {
  source = "../.."

  name                     = var.name
  tags                     = { team = "quality", cost-centre = "4711" }
  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn

  packages     = var.packages
  architecture = var.architecture
  functions = merge(
    { for step, mib in var.memory_mib : step => { memory_mib = mib } },
    { sweep = { reserved_concurrency = var.reserved_concurrency } },
  )
  log_retention_days = 180
  pauses             = var.pauses

  existing_network = var.existing_network
  network          = var.network
  egress = {
    https   = { from_port = 443, to_port = 443 }
    staging = { from_port = 8080, to_port = 8090, cidr = "10.0.0.0/8" }
  }
  platforms            = var.platforms
  runners              = var.runners
  python_index         = "https://packages.example.com/simple"
  shard_artifacts_mib  = 4096
  image_kms_key_arns   = var.image_kms_key_arns
  secret_parameters    = ["/qaops/checkout/*", "/qaops/search/password"]
  service_linked_roles = var.service_linked_roles
  quotas               = var.quotas

  gates  = { error = ["tests.total > 0"], warn = ["run.cost <= $5"], stop = ["tests.failed > 500"] }
  prices = var.prices

  artifacts                  = { run_days = 60, package_days = 120, force_destroy = var.disposable }
  ledger_deletion_protection = !var.disposable
  source_bucket_arns         = var.source_bucket_arns
  source_kms_key_arns        = var.source_kms_key_arns

  sweep_schedule = var.sweep_schedule
  stale_hours    = 26
  schedules = {
    checkout = {
      expression = "cron(0 2 ? * MON-FRI *)"
      timezone   = "Europe/Berlin"
      input = jsonencode({
        suite        = "checkout"
        target       = "30m"
        timeout      = "2h"
        rerun_failed = 1
        exclude      = ["manual"]
        variables    = { BASE_URL = "https://staging.example" }
        labels       = { branch = "main" }
      })
    }
    search = {
      expression       = "cron(30 2 ? * * *)"
      timezone         = "Europe/Berlin"
      flexible_minutes = 30
      enabled          = false
      input            = jsonencode({ suite = "search", environments = 4, include = ["smoke", "criticalANDfast"] })
    }
  }

  subscriptions = {
    everything = { protocol = "email", endpoint = "qa@example.com" }
    checkout = {
      protocol = "email"
      endpoint = "checkout@example.com"
      filter   = { suite = ["checkout"], verdict = ["failed", "inconclusive", "error", "stale"] }
    }
  }
  alarm_subscriptions = {
    platform = { protocol = "email", endpoint = "platform@example.com" }
  }
  chat = var.chat
}
