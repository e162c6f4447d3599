# The longest names that inputs allow stay within AWS's limits.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
  name     = "a-name-of-20-letters"
  chat     = { slack_team_id = "T0000000", slack_channel_id = "C0000000" }
  schedules = {
    "a-schedule-of-forty-letters-0123456789ab" = {
      expression = "rate(1 day)"
      input      = jsonencode({ suite = "a" })
    }
  }
}

run "the_longest_names" {
  command = apply

  assert {
    condition = alltrue([
      for name in concat(
        [for function in module.function : function.name],
        [aws_iam_role.instance.name, aws_iam_role.schedule.name, aws_iam_role.state_machine.name, aws_iam_role.flow[0].name, aws_iam_role.chat[0].name],
        [for schedule in aws_scheduler_schedule.run : schedule.name], [aws_scheduler_schedule_group.runs.name],
        [for rule in aws_cloudwatch_event_rule.this : rule.name],
      ) : length(name) <= 64
    ])
    error_message = "A function, role, schedule or rule has a name of more than 64 characters."
  }

  assert {
    condition     = alltrue([for function in module.function : function.failures == null ? true : length(function.failures.name) <= 80]) && length(aws_sqs_queue.schedule_failures.name) <= 80 && length(aws_sfn_state_machine.run.name) <= 80
    error_message = "A queue or the state machine has a name of more than 80 characters."
  }

  # The account and the longest name of a region are part of it.
  assert {
    condition     = length(aws_s3_bucket.artifacts.bucket) + length("ap-southeast-1") - length("eu-central-1") <= 63
    error_message = "The bucket has a name of more than 63 characters."
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.this : length(template.name) >= 3 && length(template.name) <= 128]) && length(aws_ssm_document.run_shard.name) <= 128
    error_message = "A launch template or the document has a name that is too long."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.too_much : length(alarm.alarm_name) <= 255])
    error_message = "An alarm has a name that is too long."
  }
}
