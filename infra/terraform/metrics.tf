# Figures of runs, out of the structured lines that the steps log once a decision. Nothing has to be called for them, so no
# step needs a permission for it.

locals {
  namespace = "QAOps/${var.name}"

  # The line `judged` of `evaluate` has every figure of a run; `swept` of `sweep` what it had to make good.
  figures = {
    Runs             = { step = "evaluate", line = "judged", value = "1", dimensions = { Suite = "suite", Verdict = "verdict" }, unit = "Count" }
    PassRate         = { step = "evaluate", line = "judged", value = "$.fields.pass_rate", dimensions = { Suite = "suite" }, unit = "Percent" }
    FailedTests      = { step = "evaluate", line = "judged", value = "$.fields.failed", dimensions = { Suite = "suite" }, unit = "Count" }
    FlakyTests       = { step = "evaluate", line = "judged", value = "$.fields.flaky", dimensions = { Suite = "suite" }, unit = "Count" }
    Duration         = { step = "evaluate", line = "judged", value = "$.fields.seconds_of_run", dimensions = { Suite = "suite" }, unit = "Seconds" }
    Boot             = { step = "evaluate", line = "judged", value = "$.fields.boot_seconds", dimensions = { Suite = "suite" }, unit = "Seconds" }
    Cost             = { step = "evaluate", line = "judged", value = "$.fields.cost", dimensions = { Suite = "suite" }, unit = "None" }
    ShardsLeft       = { step = "launch", line = "round", value = "$.fields.left", dimensions = {}, unit = "Count" }
    Launched         = { step = "launch", line = "round", value = "$.fields.launched", dimensions = {}, unit = "Count" }
    OverdueInstances = { step = "sweep", line = "swept", value = "$.fields.terminated", dimensions = {}, unit = "Count" }
    LateAnswers      = { step = "sweep", line = "swept", value = "$.fields.answered", dimensions = {}, unit = "Count" }
  }
}

resource "aws_cloudwatch_log_metric_filter" "figure" {
  for_each = local.figures

  name           = "${var.name}-${each.key}"
  log_group_name = module.function[each.value.step].log_group
  pattern        = startswith(each.value.value, "$.") ? "{ $.fields.message = \"${each.value.line}\" && ${each.value.value} = * }" : "{ $.fields.message = \"${each.value.line}\" }"

  metric_transformation {
    namespace  = local.namespace
    name       = each.key
    value      = each.value.value
    unit       = each.value.unit
    dimensions = { for dimension, field in each.value.dimensions : dimension => "$.fields.${field}" }
  }
}

# One run's story over all steps: put the run's id in place of RUN.
resource "aws_cloudwatch_query_definition" "story" {
  name            = "${var.name}/story-of-a-run"
  log_group_names = [for function in module.function : function.log_group]
  query_string    = trimspace(file("${path.module}/templates/story.logs"))
}
