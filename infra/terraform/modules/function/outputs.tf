output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function without a version."
  value       = aws_lambda_function.this.arn
}

output "alias_arn" {
  description = "ARN of the alias `live`: what everyone calls."
  value       = aws_lambda_alias.live.arn
}

output "alias_name" {
  description = "Name of the alias."
  value       = aws_lambda_alias.live.name
}

output "version" {
  description = "Version that the alias leads to."
  value       = aws_lambda_function.this.version
}

output "timeout_seconds" {
  description = "Seconds that a call may take."
  value       = aws_lambda_function.this.timeout
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = aws_iam_role.this.arn
}

output "policies" {
  description = "The role's policies as JSON, by name: `step` and `base`."
  value = {
    step = aws_iam_role_policy.step.policy
    base = aws_iam_role_policy.base.policy
  }
}

output "log_group" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "log_retention_days" {
  description = "Days that its logs are kept."
  value       = aws_cloudwatch_log_group.this.retention_in_days
}

output "failures" {
  description = "Queue of events that could not be handled, by `arn`, `name` and `url`; null for a function that no event calls."
  value = var.asynchronous ? {
    arn  = aws_sqs_queue.failures[0].arn
    name = aws_sqs_queue.failures[0].name
    url  = aws_sqs_queue.failures[0].url
  } : null
}

output "reserved_concurrency" {
  description = "Calls at the same time that are kept for the function; -1 for none."
  value       = aws_lambda_function.this.reserved_concurrent_executions
}
