# What starts runs, and the rules for events of commands, instances and runs that ended.

locals {
  # The local cloud has the same patterns. No event has an instance's tags, so `resume` itself leaves other instances alone.
  # A command's event names its document: other commands of the account do not call `resume`.
  rules = {
    command-ended = {
      step        = "resume"
      description = "A command on an instance came to its end."
      pattern = {
        source        = ["aws.ssm"]
        "detail-type" = ["EC2 Command Invocation Status-change Notification"]
        detail = {
          "document-name" = [aws_ssm_document.run_shard.name]
          status          = [{ "anything-but" = ["Pending", "InProgress", "Delayed", "Cancelling"] }]
        }
      }
    }
    instance-ending = {
      step        = "resume"
      description = "An instance stops or terminates."
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EC2 Instance State-change Notification"]
        detail        = { state = ["shutting-down", "terminated", "stopping", "stopped"] }
      }
    }
    spot-notice = {
      step        = "resume"
      description = "A Spot instance is taken back in two minutes."
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EC2 Spot Instance Interruption Warning"]
      }
    }
    run-ended = {
      step        = "terminate"
      description = "A run was stopped, ran out of time or failed: no Catch of its own ran."
      pattern = {
        source        = ["aws.states"]
        "detail-type" = ["Step Functions Execution Status Change"]
        detail        = { stateMachineArn = [local.machine_arn], status = ["ABORTED", "TIMED_OUT", "FAILED"] }
      }
    }
    sweep = {
      step        = "sweep"
      description = "What events left undone."
      schedule    = var.sweep_schedule
      input       = "{}"
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name                = "${var.name}-${each.key}"
  description         = each.value.description
  event_pattern       = can(each.value.pattern) ? jsonencode(each.value.pattern) : null
  schedule_expression = try(each.value.schedule, null)
  tags                = local.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = each.value.step
  arn       = module.function[each.value.step].alias_arn
  input     = try(each.value.input, null)

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 8
  }

  dead_letter_config {
    arn = module.function[each.value.step].failures.arn
  }

  depends_on = [aws_sqs_queue_policy.failures]
}

resource "aws_lambda_permission" "rule" {
  for_each = local.rules

  statement_id  = each.key
  action        = "lambda:InvokeFunction"
  function_name = module.function[each.value.step].name
  qualifier     = module.function[each.value.step].alias_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}

resource "aws_sqs_queue_policy" "failures" {
  for_each = local.asynchronous

  queue_url = module.function[each.value].failures.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventsThatNobodyTook"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = module.function[each.value].failures.arn
      Condition = { ArnEquals = { "aws:SourceArn" = [for name, rule in local.rules : aws_cloudwatch_event_rule.this[name].arn if rule.step == each.value] } }
    }]
  })
}

resource "aws_scheduler_schedule_group" "runs" {
  name = "${var.name}-runs"
  tags = local.tags
}

resource "aws_scheduler_schedule" "run" {
  #checkov:skip=CKV_AWS_297: an input names a suite and no secret, so AWS's own key will do
  for_each = var.schedules

  name                         = "${var.name}-${each.key}"
  description                  = "Starts a run of QAOps."
  group_name                   = aws_scheduler_schedule_group.runs.name
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.timezone
  state                        = each.value.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode                      = each.value.flexible_minutes > 0 ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = each.value.flexible_minutes > 0 ? each.value.flexible_minutes : null
  }

  target {
    arn      = aws_sfn_alias.live.arn
    role_arn = aws_iam_role.schedule.arn
    input    = local.inputs[each.key]

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }

    dead_letter_config {
      arn = aws_sqs_queue.schedule_failures.arn
    }
  }
}

locals {
  # The label tells `record` that the run comes at expected times.
  inputs = {
    for name, schedule in var.schedules : name => jsonencode(merge(jsondecode(schedule.input), {
      labels = merge(try(jsondecode(schedule.input).labels, {}), { trigger = "schedule" })
    }))
  }
}

# Runs that could not be started.
resource "aws_sqs_queue" "schedule_failures" {
  name                      = "${var.name}-schedule-failures"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  tags                      = local.tags
}

resource "aws_iam_role" "schedule" {
  name                 = "${var.name}-schedule"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account, "aws:SourceArn" = aws_scheduler_schedule_group.runs.arn } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name   = "schedule"
  role   = aws_iam_role.schedule.id
  policy = local.policies["schedule"]
}
