# What somebody must look at. Each alarm has its paragraph in the README, by the last words of its name.

locals {
  # A bad package is its author's to fix, and `plan` reports it as an error: only many of them need a look at the deployment.
  most_errors = { plan = 10 }

  queues = merge(
    { for step in local.asynchronous : step => module.function[step].failures.name },
    { schedule = aws_sqs_queue.schedule_failures.name },
  )

  scheduled = length([for schedule in values(var.schedules) : schedule if schedule.enabled]) > 0

  # A period, so many of them, and more than `threshold` in one of them.
  alarms = merge(
    {
      for step in keys(local.steps) : "${step}-errors" => {
        description = "The step ${step} fails."
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = module.function[step].name }
        period      = 300
        periods     = 1
        threshold   = try(local.most_errors[step], 0)
      }
    },
    {
      for step in keys(local.steps) : "${step}-throttles" => {
        description = "Lambda throttles calls of the step ${step}."
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = module.function[step].name }
        period      = 300
        periods     = 3
        threshold   = 0
      }
    },
    {
      for name, queue in local.queues : "${name}-failures" => {
        description = "An event that ${name == "schedule" ? "should have started a run" : "should have reached ${name}"} was lost."
        namespace   = "AWS/SQS"
        metric      = "ApproximateNumberOfMessagesVisible"
        dimensions  = { QueueName = queue }
        period      = 300
        periods     = 1
        threshold   = 0
      }
    },
    {
      runs-timed-out = {
        description = "A run lasted longer than any run may."
        namespace   = "AWS/States"
        metric      = "ExecutionsTimedOut"
        dimensions  = { StateMachineArn = aws_sfn_state_machine.run.arn }
        period      = 300
        periods     = 1
        threshold   = 0
      }
      overdue-instances = {
        description = "The sweep had to end instances that should have been gone."
        namespace   = local.own_namespace
        metric      = "OverdueInstances"
        dimensions  = {}
        period      = 300
        periods     = 1
        threshold   = 0
      }
    },
  )

  # What should happen and does not.
  stale = merge(
    {
      sweep-stale = {
        description = "The sweep has not run for half an hour."
        namespace   = "AWS/Lambda"
        metric      = "Invocations"
        dimensions  = { FunctionName = module.function["sweep"].name }
        period      = 900
        periods     = 2
      }
    },
    local.scheduled && var.stale_hours > 0 ? {
      run-stale = {
        description = "No run has started for ${var.stale_hours} hours."
        namespace   = "AWS/States"
        metric      = "ExecutionsStarted"
        dimensions  = { StateMachineArn = aws_sfn_state_machine.run.arn }
        period      = 3600
        periods     = var.stale_hours
      }
    } : {},
  )
}

resource "aws_cloudwatch_metric_alarm" "too_much" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} What to do stands in the README of infra/terraform, at ${each.key}."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.metric == "ApproximateNumberOfMessagesVisible" ? "Maximum" : "Sum"
  period              = each.value.period
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "too_little" {
  for_each = local.stale

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} What to do stands in the README of infra/terraform, at ${each.key}."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  period              = each.value.period
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = local.tags
}
