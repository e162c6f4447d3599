# One step of a run as a Lambda function: its code, role, logs, versions and alias.

data "aws_region" "current" {}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: how long logs are kept is an input, by default as long as runs are
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_117: it calls AWS's services only, which a VPC would put behind endpoints by the hour
  #checkov:skip=CKV_AWS_116: who calls it by event gets a failure destination on its alias; the others answer their caller
  #checkov:skip=CKV_AWS_115: reserved concurrency is taken from all other functions of the account, so it is kept where it matters
  #checkov:skip=CKV_AWS_272: code signing is an input, for the profile that signs belongs to the account
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  package_type                   = "Zip"
  filename                       = var.package
  source_code_hash               = fileexists(var.package) ? filebase64sha256(var.package) : null
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mib
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  publish                        = true
  kms_key_arn                    = var.kms_key_arn
  code_signing_config_arn        = var.code_signing_config_arn
  tags                           = var.tags

  environment {
    variables = var.settings
  }

  ephemeral_storage {
    size = var.storage_mib
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.this.name
    application_log_level = "INFO"
    system_log_level      = "INFO"
  }

  tracing_config {
    mode = "Active"
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.package)
      error_message = "The package ${var.package} is missing: build the packages first, as the README says."
    }
  }

  depends_on = [aws_iam_role_policy.base, aws_iam_role_policy.step]
}

# A run that started before a deployment calls the same alias after it, and so the new version.
resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that runs call."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_iam_role" "this" {
  name                 = var.name
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "step" {
  name   = "step"
  role   = aws_iam_role.this.id
  policy = var.policy
}

resource "aws_iam_role_policy" "base" {
  name = "base"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Logs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
        },
        {
          # X-Ray knows no resources.
          Sid       = "Traces"
          Effect    = "Allow"
          Action    = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
          Resource  = ["*"]
          Condition = { StringEquals = { "aws:RequestedRegion" = data.aws_region.current.id } }
        },
      ],
      var.asynchronous ? [{
        Sid      = "Failures"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.failures[0].arn]
      }] : [],
    )
  })
}

# What the function could not handle, and what EventBridge could not hand to it.
resource "aws_sqs_queue" "failures" {
  count = var.asynchronous ? 1 : 0

  name                      = "${var.name}-failures"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.asynchronous ? 1 : 0

  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = 3600
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures[0].arn
    }
  }
}
