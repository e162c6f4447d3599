# What AWS would answer, where the module looks at it.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "123456789012"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition = "aws"
  }
}

mock_data "aws_region" {
  defaults = {
    id = "eu-central-1"
  }
}

mock_data "aws_availability_zones" {
  defaults = {
    names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  }
}

mock_data "aws_ec2_instance_type" {
  defaults = {
    default_vcpus = 2
  }
}

mock_data "aws_servicequotas_service_quota" {
  defaults = {
    quota_name = "the mocked quota"
    value      = 1000
  }
}

mock_data "aws_iam_roles" {
  defaults = {
    names = ["mocked"]
  }
}

mock_data "aws_ssm_parameters_by_path" {
  defaults = {
    names = ["/qaops/images/linux/stable", "/qaops/images/windows/stable", "/qaops/images/android/stable"]
  }
}

mock_resource "aws_cloudformation_stack" {
  defaults = {
    outputs = { Id = "lt-11111111111111111" }
  }
}

mock_resource "aws_kms_key" {
  defaults = {
    arn    = "arn:aws:kms:eu-central-1:123456789012:key/6e8a1c2b-0000-4000-8000-000000000000"
    key_id = "6e8a1c2b-0000-4000-8000-000000000000"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn       = "arn:aws:iam::123456789012:role/mocked"
    unique_id = "AROAMOCKEDROLE0000000"
  }
}

mock_resource "aws_iam_instance_profile" {
  defaults = {
    arn = "arn:aws:iam::123456789012:instance-profile/mocked"
  }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn     = "arn:aws:lambda:eu-central-1:123456789012:function:mocked"
    version = "7"
  }
}

mock_resource "aws_lambda_alias" {
  defaults = {
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:mocked:live"
  }
}

mock_resource "aws_sqs_queue" {
  defaults = {
    arn = "arn:aws:sqs:eu-central-1:123456789012:mocked"
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/mocked"
  }
}

mock_resource "aws_sns_topic" {
  defaults = {
    arn = "arn:aws:sns:eu-central-1:123456789012:mocked"
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    arn = "arn:aws:s3:::mocked"
  }
}

mock_resource "aws_dynamodb_table" {
  defaults = {
    arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/mocked"
  }
}

mock_resource "aws_sfn_state_machine" {
  defaults = {
    arn                       = "arn:aws:states:eu-central-1:123456789012:stateMachine:mocked"
    state_machine_version_arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:mocked:3"
  }
}

mock_resource "aws_sfn_alias" {
  defaults = {
    arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:mocked:live"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mocked"
  }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = {
    arn = "arn:aws:events:eu-central-1:123456789012:rule/mocked"
  }
}

mock_resource "aws_scheduler_schedule_group" {
  defaults = {
    arn = "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/mocked"
  }
}

mock_resource "aws_ssm_document" {
  defaults = {
    arn = "arn:aws:ssm:eu-central-1:123456789012:document/mocked"
  }
}

mock_resource "aws_launch_template" {
  defaults = {
    arn = "arn:aws:ec2:eu-central-1:123456789012:launch-template/lt-00000000000000000"
    id  = "lt-00000000000000000"
  }
}

mock_resource "aws_subnet" {
  defaults = {
    id = "subnet-00000000000000000"
  }
}

mock_resource "aws_vpc" {
  defaults = {
    id = "vpc-00000000000000000"
  }
}

mock_resource "aws_security_group" {
  defaults = {
    arn = "arn:aws:ec2:eu-central-1:123456789012:security-group/sg-00000000000000000"
    id  = "sg-00000000000000000"
  }
}
