# What QAOps itself does, out of the structured lines that the steps log once a decision. The figures of runs come by `record`
# as embedded metrics. Neither is a call, so no step needs a permission for it.

locals {
  # Those of runs have the suite as their only dimension.
  runs_namespace = "QAOps"
  own_namespace  = "QAOps/${var.name}"

  figures = {
    ShardsLeft       = { step = "launch", line = "round", field = "left" }
    Launched         = { step = "launch", line = "round", field = "launched" }
    OverdueInstances = { step = "sweep", line = "swept", field = "terminated" }
    LateAnswers      = { step = "sweep", line = "swept", field = "answered" }
  }
}

resource "aws_cloudwatch_log_metric_filter" "figure" {
  for_each = local.figures

  name           = "${var.name}-${each.key}"
  log_group_name = module.function[each.value.step].log_group
  pattern        = "{ $.fields.message = \"${each.value.line}\" && $.fields.${each.value.field} = * }"

  metric_transformation {
    namespace = local.own_namespace
    name      = each.key
    value     = "$.fields.${each.value.field}"
    unit      = "Count"
  }
}

# One run's story over all steps: put the run's id in place of RUN.
resource "aws_cloudwatch_query_definition" "story" {
  name            = "${var.name}/story-of-a-run"
  log_group_names = [for function in module.function : function.log_group]
  query_string    = trimspace(file("${path.module}/templates/story.logs"))
}
