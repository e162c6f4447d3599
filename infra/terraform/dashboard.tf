# One page: how runs end, how good and how dear they are, and what QAOps itself does.

locals {
  executions = [for metric in ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsAborted", "ExecutionsTimedOut"] :
    ["AWS/States", metric, "StateMachineArn", aws_sfn_state_machine.run.arn]
  ]

  # A figure of every suite, whatever suites there are.
  by_suite = {
    for name, statistic in {
      PassRate = "Average", TestsFlaky = "Average", TestsFailed = "Average", Duration = "Average", BootTime = "Average", CostDollars = "Sum"
    } :
    name => [[{ expression = "SEARCH('{${local.runs_namespace},Suite} MetricName=\"${name}\"', '${statistic}')", id = "e1", label = "$${PROP('Dim.Suite')}" }]]
  }

  verdicts = [
    for index, verdict in ["Passed", "Failed", "Inconclusive", "InError"] : [{
      expression = "SUM(SEARCH('{${local.runs_namespace},Suite} MetricName=\"Runs${verdict}\"', 'Sum'))", id = "e${index}", label = verdict
    }]
  ]

  graphs = [
    { title = "Runs", metrics = local.executions, stat = "Sum", period = 3600 },
    { title = "Verdicts", metrics = local.verdicts, stat = "Sum", period = 86400 },
    { title = "Pass rate in percent", metrics = local.by_suite.PassRate, stat = "Average", period = 86400 },
    { title = "Flaky tests", metrics = local.by_suite.TestsFlaky, stat = "Average", period = 86400 },
    { title = "Failed tests", metrics = local.by_suite.TestsFailed, stat = "Average", period = 86400 },
    { title = "Duration of runs in seconds", metrics = local.by_suite.Duration, stat = "Average", period = 86400 },
    { title = "Boot in seconds", metrics = local.by_suite.BootTime, stat = "Average", period = 86400 },
    { title = "Cost in dollars", metrics = local.by_suite.CostDollars, stat = "Sum", period = 86400 },
    {
      title   = "Queue: shards left at a launch, and environments that came"
      metrics = [[local.own_namespace, "ShardsLeft"], [local.own_namespace, "Launched"]]
      stat    = "Maximum"
      period  = 300
    },
    {
      title   = "Errors by step"
      metrics = [for step in keys(local.steps) : ["AWS/Lambda", "Errors", "FunctionName", module.function[step].name, { label = step }]]
      stat    = "Sum"
      period  = 300
    },
    {
      title   = "Seconds of calls by step, the slowest in a hundred"
      metrics = [for step in keys(local.steps) : ["AWS/Lambda", "Duration", "FunctionName", module.function[step].name, { label = step }]]
      stat    = "p99"
      period  = 300
    },
    {
      title = "What was lost, late or overdue"
      metrics = concat(
        [for name, queue in local.queues : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { label = "${name} failures" }]],
        [[local.own_namespace, "OverdueInstances"], [local.own_namespace, "LateAnswers"]],
      )
      stat   = "Maximum"
      period = 300
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [
      for index, graph in local.graphs : {
        type   = "metric"
        x      = (index % 2) * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = graph.title
          metrics = graph.metrics
          stat    = graph.stat
          period  = graph.period
          region  = local.region
          view    = "timeSeries"
        }
      }
    ]
  })
}
