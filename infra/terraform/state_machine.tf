# The run, from the very file that the local cloud reads too.

resource "aws_sfn_state_machine" "run" {
  name     = local.machine_name
  type     = "STANDARD"
  role_arn = aws_iam_role.state_machine.arn
  publish  = true
  tags     = local.tags

  definition = templatefile("${path.module}/../../statemachine/qa-run.asl.json", merge(
    { for step in local.called_by_state : step => module.function[step].alias_arn },
    var.pauses,
  ))

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.state_machine.arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  lifecycle {
    precondition {
      condition     = alltrue([for name, seconds in local.state_seconds : seconds > module.function[local.state_steps[name]].timeout_seconds])
      error_message = "A function's timeout is not shorter than that of the state that calls it: ${join(", ", [for name, seconds in local.state_seconds : name if seconds <= module.function[local.state_steps[name]].timeout_seconds])}."
    }
  }

  # The role's policy is looked at when the state machine is made.
  depends_on = [aws_iam_role_policy.state_machine]
}

# Who starts a run names this, so that a deployment changes every trigger at once.
resource "aws_sfn_alias" "live" {
  name        = "live"
  description = "The version that runs are started with."

  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.run.state_machine_version_arn
    weight                    = 100
  }
}

locals {
  definition = jsondecode(file("${path.module}/../../statemachine/qa-run.asl.json"))

  all_states = merge(concat(
    [local.definition.States],
    [for state in values(local.definition.States) : state.ItemProcessor.States if can(state.ItemProcessor)],
  )...)

  # Which step each state calls, and how long it waits for it. A state whose limit is computed waits longer than any
  # function may take: it waits for a shard.
  state_steps = {
    for name, state in local.all_states : name => regex("[a-z]+", state.Arguments.FunctionName)
    if can(state.Arguments.FunctionName)
  }
  state_seconds = {
    for name, step in local.state_steps : name => local.all_states[name].TimeoutSeconds
    if can(tonumber(local.all_states[name].TimeoutSeconds))
  }
}

# Below this prefix Step Functions needs no line of its own in the account's policy for log deliveries, which is limited.
resource "aws_cloudwatch_log_group" "state_machine" {
  #checkov:skip=CKV_AWS_338: how long logs are kept is an input, 90 days as long as runs are
  name              = "/aws/vendedlogs/states/${local.machine_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.kms_key_arn
  tags              = local.tags
}

resource "aws_iam_role" "state_machine" {
  name                 = local.machine_name
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "state_machine" {
  name   = "state-machine"
  role   = aws_iam_role.state_machine.id
  policy = local.policies["state-machine"]
}
