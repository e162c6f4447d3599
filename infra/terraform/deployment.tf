# Where the parts of this deployment are, for whoever works with it by its name: `qaops doctor --on NAME`.

locals {
  # The version of QAOps that this module belongs to.
  version = "0.1.0"

  deployment = {
    name           = var.name
    version        = local.version
    account        = local.account
    region         = local.region
    state_machine  = aws_sfn_alias.live.arn
    bucket         = aws_s3_bucket.artifacts.bucket
    ledger         = aws_dynamodb_table.ledger.name
    topics         = local.topics
    schedule_group = aws_scheduler_schedule_group.runs.name
    roles = merge(
      { for step, function in module.function : step => element(split("/", function.role_arn), -1) },
      {
        instance        = aws_iam_role.instance.name
        schedule        = aws_iam_role.schedule.name
        "state-machine" = aws_iam_role.state_machine.name
      },
    )
    network = {
      vpc       = local.vpc_id
      endpoints = sort(tolist(local.endpoints))
    }
    most_environments = var.quotas.most_environments
    platforms = {
      for platform, settings in var.platforms : platform => {
        image  = settings.image
        launch = local.fleet[platform]
      }
    }
  }
}

# A deployment with many platforms takes more than the 4 KB of a standard parameter.
resource "aws_ssm_parameter" "deployment" {
  #checkov:skip=CKV2_AWS_34: names and ids are no secret
  name        = "/qaops/${var.name}/deployment"
  description = "Where the parts of this deployment of QAOps are."
  type        = "String"
  tier        = "Intelligent-Tiering"
  value       = jsonencode(local.deployment)
  tags        = local.tags
}
