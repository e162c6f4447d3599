# Least privilege: policies/*.json with the names of this deployment filled in. Each file is JSON as it stands; where a list
# is filled in, its members are joined by `", "`, and a statement about an empty list is left out.

locals {
  policies = {
    for name in toset(concat(keys(local.steps), ["instance", "schedule", "state-machine"])) : name => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in jsondecode(templatefile("${path.module}/policies/${name}.json", local.policy_values)).Statement :
        statement if statement.Resource != [""]
      ]
    })
  }

  ec2_arns       = "arn:${local.partition}:ec2:${local.region}:${local.account}"
  parameter_arns = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter"

  policy_values = merge(local.policy_texts, { for name, list in local.policy_lists : name => join("\", \"", list) })

  policy_texts = {
    name       = var.name
    region     = local.region
    bucket     = aws_s3_bucket.artifacts.arn
    document   = aws_ssm_document.run_shard.arn
    ec2        = local.ec2_arns
    executions = local.executions_arn
    failures   = aws_sqs_queue.schedule_failures.arn
    group      = aws_security_group.instances.arn
    images     = "arn:${local.partition}:ec2:${local.region}::image/*"
    key        = local.kms_key_arn
    ledger     = aws_dynamodb_table.ledger.arn
    machine    = local.machine_arn
    role       = aws_iam_role.instance.arn
    snapshots  = "arn:${local.partition}:ec2:${local.region}::snapshot/*"
    topic      = aws_sns_topic.runs.arn
  }

  policy_lists = {
    # Written out, for the functions' roles come from the same files.
    functions        = [for step in local.called_by_state : "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}-${step}:live"]
    image_keys       = var.image_kms_key_arns
    image_parameters = [for settings in values(var.platforms) : "${local.parameter_arns}/${trimprefix(settings.image, "/")}" if !startswith(settings.image, "ami-")]
    packages         = concat(["${aws_s3_bucket.artifacts.arn}/suites/*"], [for arn in var.source_bucket_arns : "${arn}/*"])
    secrets          = [for name in var.secret_parameters : "${local.parameter_arns}${name}"]
    source_keys      = concat([local.kms_key_arn], var.source_kms_key_arns)
    sources          = concat([aws_s3_bucket.artifacts.arn], var.source_bucket_arns)
    subnets          = [for id in local.subnet_ids : "${local.ec2_arns}:subnet/${id}"]
    templates        = [for id in values(local.templates) : "${local.ec2_arns}:launch-template/${id}"]
  }
}
