# The bucket: packages, plans, orders, what instances upload, verdicts.

resource "aws_s3_bucket" "artifacts" {
  #checkov:skip=CKV_AWS_144: results are told by message and kept in the ledger; a copy in another region is the owner's choice
  #checkov:skip=CKV_AWS_18: every access is by a role of this module, and CloudTrail's data events tell it
  #checkov:skip=CKV2_AWS_62: nothing waits for an object; the runner's command ends when its upload does
  bucket        = local.bucket_name
  force_destroy = var.artifacts.force_destroy
  tags          = local.tags
}

# Versions pin what a run ran: `plan` notes the version of the package, so that the run can be repeated.
resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 takes one change of a bucket's access at a time.
  depends_on = [aws_s3_bucket_public_access_block.artifacts]
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    id     = "runs"
    status = "Enabled"

    filter {
      prefix = "runs/"
    }

    expiration {
      days = var.artifacts.run_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  # The newest package of a suite stays; one that was replaced is kept as long as a run that it was pinned for.
  rule {
    id     = "packages"
    status = "Enabled"

    filter {
      prefix = "suites/"
    }

    noncurrent_version_expiration {
      noncurrent_days = var.artifacts.package_days
    }
  }

  # `plan` takes no layer that is older than 30 days.
  rule {
    id     = "layers"
    status = "Enabled"

    filter {
      prefix = "layers/"
    }

    expiration {
      days = 31
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  rule {
    id     = "broken-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }

    expiration {
      expired_object_delete_marker = true
    }
  }

  depends_on = [aws_s3_bucket_versioning.artifacts]
}
