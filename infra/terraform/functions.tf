# The twelve steps. What each may call stands in policies/<step>.json.

locals {
  # `evaluate` merges on disk: it holds every output of the run and what it makes of them, twice the size of all outputs.
  # Timeouts are shorter than those of the states that call them; a test compares them with the state machine.
  steps = {
    assign    = { description = "The next shard for an environment, or none." }
    collect   = { description = "What an attempt uploaded becomes its shard's summary.", memory_mib = 1024, timeout_seconds = 840 }
    dispatch  = { description = "The SSM Run Command for a shard." }
    evaluate  = { description = "Summaries become metrics, gates and the verdict.", memory_mib = 1024, storage_mib = 4096, timeout_seconds = 840 }
    launch    = { description = "What is left of a run becomes one fleet request." }
    notify    = { description = "One message a run." }
    plan      = { description = "Request, package and history become shards." }
    ready     = { description = "Which environments can work." }
    record    = { description = "The run and its tests into history.", timeout_seconds = 240 }
    resume    = { description = "Events of commands and instances become the answers of task tokens.", asynchronous = true }
    sweep     = { description = "Overdue instances, lost answers, stuck runs, silent suites.", asynchronous = true, timeout_seconds = 240, reserved_concurrency = 1 }
    terminate = { description = "One environment, or all of a run.", asynchronous = true }
  }

  # What the input says in place of the defaults.
  function_settings = {
    for step, settings in local.steps : step => {
      memory_mib           = coalesce(try(var.functions[step].memory_mib, null), try(settings.memory_mib, 256))
      storage_mib          = coalesce(try(var.functions[step].storage_mib, null), try(settings.storage_mib, 512))
      timeout_seconds      = coalesce(try(var.functions[step].timeout_seconds, null), try(settings.timeout_seconds, 60))
      reserved_concurrency = coalesce(try(var.functions[step].reserved_concurrency, null), try(settings.reserved_concurrency, -1))
    }
  }

  # Nobody but events and a schedule calls these two.
  called_by_state = setsubtract(keys(local.steps), ["resume", "sweep"])

  asynchronous = toset([for step, settings in local.steps : step if try(settings.asynchronous, false)])

  # The same settings for every step; each reads those that it needs.
  settings = merge(
    {
      QAOPS_BOOT_SECONDS  = jsonencode(local.boot_seconds)
      QAOPS_BUCKET        = local.bucket_name
      QAOPS_DEPLOYMENT    = var.name
      QAOPS_DOCUMENT      = aws_ssm_document.run_shard.name
      QAOPS_FLEET         = jsonencode(local.fleet)
      QAOPS_LINK_SECONDS  = tostring(var.link_seconds)
      QAOPS_ROLE_ID       = aws_iam_role.instance.unique_id
      QAOPS_STATE_MACHINE = local.machine_arn
      QAOPS_TABLE         = aws_dynamodb_table.ledger.name
      QAOPS_TOPIC         = aws_sns_topic.runs.arn
    },
    var.report_url == "" ? {} : { QAOPS_REPORT_URL = var.report_url },
    length(flatten(values(var.gates))) == 0 ? {} : { QAOPS_GATES = jsonencode(var.gates) },
    var.prices == null ? {} : { QAOPS_PRICES = jsonencode(local.prices) },
  )

  # What `plan` reads in QAOPS_PRICES. Only the layout `public` gives instances addresses of their own.
  prices = var.prices == null ? null : {
    instances = {
      for platform, types in var.prices.instances : platform => {
        for type, price in types : type => { for market, dollars in price : market => dollars if dollars != null }
      }
    }
    volume_gib       = { for platform, volume in local.root_volumes : platform => volume.gib }
    volume_gib_month = var.prices.volume_gib_month
    address_hour     = local.is_public ? var.prices.address_hour : 0
    transfer_gib     = var.prices.transfer_gib
    transition       = var.prices.transition
  }
}

module "function" {
  source   = "./modules/function"
  for_each = local.steps

  name                     = "${var.name}-${each.key}"
  description              = "QAOps: ${each.value.description}"
  package                  = "${var.packages}/${each.key}.zip"
  architecture             = var.architecture
  memory_mib               = local.function_settings[each.key].memory_mib
  storage_mib              = local.function_settings[each.key].storage_mib
  timeout_seconds          = local.function_settings[each.key].timeout_seconds
  reserved_concurrency     = local.function_settings[each.key].reserved_concurrency
  asynchronous             = contains(local.asynchronous, each.key)
  settings                 = local.settings
  policy                   = local.policies[each.key]
  kms_key_arn              = local.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
  code_signing_config_arn  = var.code_signing_config_arn
  log_retention_days       = var.log_retention_days
  tags                     = local.tags
}
