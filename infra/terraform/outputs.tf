output "state_machine_arn" {
  description = "ARN that runs are started with: the alias `live` of the state machine."
  value       = aws_sfn_alias.live.arn
}

output "state_machine" {
  description = "The state machine by `name` and `arn`, without a version: policies that allow somebody to start runs name this ARN."
  value = {
    name = aws_sfn_state_machine.run.name
    arn  = aws_sfn_state_machine.run.arn
  }
}

output "bucket" {
  description = "Bucket of artifacts by `name` and `arn`; packages go to `suites/<suite>.zip`."
  value = {
    name = aws_s3_bucket.artifacts.bucket
    arn  = aws_s3_bucket.artifacts.arn
  }
}

output "ledger" {
  description = "The ledger's table by `name` and `arn`."
  value = {
    name = aws_dynamodb_table.ledger.name
    arn  = aws_dynamodb_table.ledger.arn
  }
}

output "topic_arns" {
  description = "ARNs of the topics `runs` and `alarms`."
  value       = local.topics
}

output "functions" {
  description = "The functions by step: `name`, `alias_arn`, `version`, `role_arn`, `log_group`."
  value = {
    for step, function in module.function : step => {
      name      = function.name
      alias_arn = function.alias_arn
      version   = function.version
      role_arn  = function.role_arn
      log_group = function.log_group
    }
  }
}

output "policies" {
  description = "Every role's policy as JSON, as it is in this deployment: by step, and `instance`, `schedule`, `state-machine`."
  value       = local.policies
}

output "network" {
  description = "Where instances are: `vpc_id`, `subnet_ids`, `security_group_id`."
  value = {
    vpc_id            = local.vpc_id
    subnet_ids        = local.subnet_ids
    security_group_id = aws_security_group.instances.id
  }
}

output "instance_role" {
  description = "The instances' role by `name` and `arn`: to be named in policies of what suites use."
  value = {
    name = aws_iam_role.instance.name
    arn  = aws_iam_role.instance.arn
  }
}

output "document" {
  description = "SSM document that Run Command starts on instances."
  value       = aws_ssm_document.run_shard.name
}

output "kms_key_arn" {
  description = "KMS key of everything that is stored."
  value       = local.kms_key_arn
}

output "settings" {
  description = "Settings that every function gets."
  value       = local.settings
}
