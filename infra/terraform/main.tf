# What every other file names: the place, the names and the tags.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  # The tag names the deployment, so that two of them in one account can be told apart on the bill.
  tags = merge(var.tags, { "qaops:deployment" = var.name })

  # The name of the state machine and of what knows it by its ARN. It is written out where a reference would be a cycle:
  # the functions are told the state machine, and the state machine is told the functions.
  machine_name   = "${var.name}-run"
  machine_arn    = "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${local.machine_name}"
  executions_arn = "arn:${local.partition}:states:${local.region}:${local.account}:execution:${local.machine_name}"

  bucket_name = coalesce(var.artifacts.bucket_name, "${var.name}-artifacts-${local.account}-${local.region}")
}
