# A pipeline whose deployment waits for a run: source, build with unit tests and their coverage, the run as quality gate,
# and deploy. A run whose gate fails ends its execution as failed, and so the stage.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name = "checkout"
  tags = { "qaops:example" = "codepipeline" }
}

module "qaops" {
  source = "../.."

  packages = var.packages
  network  = { layout = "nat" }

  # The suites come with the source, and the coverage with the build: both lie in the pipeline's own bucket.
  source_bucket_arns  = [aws_s3_bucket.pipeline.arn]
  source_kms_key_arns = [aws_kms_key.pipeline.arn]
}

resource "aws_codepipeline" "this" {
  name          = local.name
  role_arn      = aws_iam_role.pipeline.arn
  pipeline_type = "V2"
  tags          = local.tags

  artifact_store {
    location = aws_s3_bucket.pipeline.bucket
    type     = "S3"

    encryption_key {
      id   = aws_kms_key.pipeline.arn
      type = "KMS"
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      namespace        = "Source"
      output_artifacts = ["source"]

      configuration = {
        ConnectionArn    = var.connection_arn
        FullRepositoryId = var.repository
        BranchName       = var.branch
      }
    }
  }

  stage {
    name = "Build"

    action {
      name             = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      namespace        = "Build"
      input_artifacts  = ["source"]
      output_artifacts = ["site"]

      configuration = {
        ProjectName = aws_codebuild_project.build.name
        EnvironmentVariables = jsonencode([
          { name = "EXECUTION", value = "#{codepipeline.PipelineExecutionId}", type = "PLAINTEXT" },
        ])
      }
    }
  }

  # The build left the suites' package and the coverage in the bucket, each under the execution's id.
  stage {
    name = "Test"

    action {
      name     = "QualityGate"
      category = "Invoke"
      owner    = "AWS"
      provider = "StepFunctions"
      version  = "1"

      configuration = {
        StateMachineArn     = module.qaops.state_machine.arn
        ExecutionNamePrefix = local.name
        InputType           = "Literal"
        Input = jsonencode({
          suite   = local.name
          package = "s3://${aws_s3_bucket.pipeline.bucket}/gate/#{codepipeline.PipelineExecutionId}/suites.zip"
          reports = { coverage = "s3://${aws_s3_bucket.pipeline.bucket}/gate/#{codepipeline.PipelineExecutionId}/coverage.xml" }
          labels  = { branch = "#{Source.BranchName}", commit = "#{Source.CommitId}" }
        })
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["site"]

      configuration = {
        BucketName = var.site_bucket
        Extract    = "true"
      }
    }
  }
}

resource "aws_codebuild_project" "build" {
  name           = local.name
  description    = "Unit tests with coverage, the site, and the package of suites."
  service_role   = aws_iam_role.build.arn
  encryption_key = aws_kms_key.pipeline.arn
  build_timeout  = 30
  tags           = local.tags

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"
    type         = "LINUX_CONTAINER"

    environment_variable {
      name  = "GATE"
      value = "s3://${aws_s3_bucket.pipeline.bucket}/gate"
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build.name
    }
  }

  source {
    type = "CODEPIPELINE"
    buildspec = yamlencode({
      version = 0.2
      phases = {
        install = { commands = ["pip install pytest pytest-cov"] }
        build = {
          commands = [
            "python -m pytest --cov --cov-report=xml:coverage.xml tests/unit",
            "(cd tests/robot && zip -qr ../../suites.zip .)",
            "aws s3 cp coverage.xml \"$GATE/$EXECUTION/coverage.xml\"",
            "aws s3 cp suites.zip \"$GATE/$EXECUTION/suites.zip\"",
          ]
        }
      }
      artifacts = { files = ["**/*"], "base-directory" = "site" }
    })
  }
}

resource "aws_cloudwatch_log_group" "build" {
  #checkov:skip=CKV_AWS_338: a build's log is of use as long as its run's results are
  name              = "/aws/codebuild/${local.name}"
  retention_in_days = 90
  kms_key_id        = aws_kms_key.pipeline.arn
  tags              = local.tags
}

output "pipeline" {
  description = "The pipeline's name."
  value       = aws_codepipeline.this.name
}
