# Who gets messages: one topic for runs, one for alarms, and a chat channel that gets both.

locals {
  topics = {
    runs   = aws_sns_topic.runs.arn
    alarms = aws_sns_topic.alarms.arn
  }
}

resource "aws_sns_topic" "runs" {
  name              = "${var.name}-runs"
  kms_master_key_id = local.kms_key_arn
  tags              = local.tags
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = local.kms_key_arn
  tags              = local.tags
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.topics

  arn = each.value
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sns:Publish"
          Resource  = each.value
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          Sid       = "ThisAccount"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
          Action    = ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Publish", "sns:SetTopicAttributes", "sns:Subscribe"]
          Resource  = each.value
        },
      ],
      each.key == "alarms" ? [{
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = each.value
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      }] : [],
    )
  })
}

resource "aws_sns_topic_subscription" "runs" {
  for_each = var.subscriptions

  topic_arn     = aws_sns_topic.runs.arn
  protocol      = each.value.protocol
  endpoint      = each.value.endpoint
  filter_policy = length(each.value.filter) > 0 ? jsonencode(each.value.filter) : null
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.alarm_subscriptions

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint
}

resource "aws_chatbot_slack_channel_configuration" "this" {
  count = var.chat == null ? 0 : 1

  configuration_name    = "${var.name}-chat"
  iam_role_arn          = aws_iam_role.chat[0].arn
  guardrail_policy_arns = ["arn:${local.partition}:iam::aws:policy/CloudWatchReadOnlyAccess"]
  logging_level         = "ERROR"
  slack_channel_id      = var.chat.slack_channel_id
  slack_team_id         = var.chat.slack_team_id
  sns_topic_arns        = values(local.topics)
  tags                  = local.tags
}

# The channel shows messages and may do nothing: the role has no policy, and the guardrail would hold one back.
resource "aws_iam_role" "chat" {
  count = var.chat == null ? 0 : 1

  name                 = "${var.name}-chat"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "chatbot.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}
