# An input of a schedule is one that the step `plan` takes.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
}

run "schedules_with_good_inputs" {
  command = apply

  variables {
    schedules = {
      least = { expression = "rate(1 day)", input = jsonencode({ suite = "a" }) }
      most = {
        expression       = "cron(0 2 ? * MON-FRI *)"
        timezone         = "Europe/Berlin"
        flexible_minutes = 15
        enabled          = false
        input = jsonencode({
          suite        = "shop.checkout_v2"
          package      = "s3://bucket/key.zip"
          environments = 500
          timeout      = "1h30m"
          rerun_failed = 1
          include      = ["smoke", "criticalANDfast"]
          exclude      = ["manual"]
          variables    = { BASE_URL = "https://staging.example" }
          reports      = { coverage = "s3://bucket/coverage.xml" }
          labels       = { branch = "main" }
        })
      }
      target = { expression = "at(2030-01-01T00:00:00)", input = jsonencode({ suite = "a", target = "10m" }) }
    }
  }

  assert {
    condition = { for name, schedule in aws_scheduler_schedule.run : name => jsondecode(schedule.target[0].input).labels } == {
      least  = { trigger = "schedule" }
      most   = { branch = "main", trigger = "schedule" }
      target = { trigger = "schedule" }
    }
    error_message = "A scheduled run is not labelled as one, or lost its own labels."
  }

  assert {
    condition     = alltrue([for name, schedule in aws_scheduler_schedule.run : { for key, value in jsondecode(schedule.target[0].input) : key => value if key != "labels" } == { for key, value in jsondecode(var.schedules[name].input) : key => value if key != "labels" }])
    error_message = "An input is not what was given."
  }

  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.run : length(schedule.target[0].dead_letter_config) == 1 && schedule.target[0].arn == output.state_machine_arn])
    error_message = "A schedule starts something else than the live state machine, or loses what it could not start."
  }

  assert {
    condition     = aws_scheduler_schedule.run["most"].flexible_time_window[0].maximum_window_in_minutes == 15 && aws_scheduler_schedule.run["most"].schedule_expression_timezone == "Europe/Berlin" && aws_scheduler_schedule.run["most"].state == "DISABLED"
    error_message = "A schedule's window, time zone or state is not what was given."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.too_little["run-stale"].evaluation_periods == 26
    error_message = "Schedules without runs are not told as silence."
  }
}

run "an_input_without_a_suite" {
  command = plan
  variables {
    schedules = { nightly = { expression = "rate(1 day)", input = jsonencode({ environments = 3 }) } }
  }
  expect_failures = [var.schedules]
}

run "a_suite_with_a_bad_name" {
  command = plan
  variables {
    schedules = { nightly = { expression = "rate(1 day)", input = jsonencode({ suite = "a..b" }) } }
  }
  expect_failures = [var.schedules]
}

run "a_key_that_plan_does_not_know" {
  command = plan
  variables {
    schedules = { nightly = { expression = "rate(1 day)", input = jsonencode({ suite = "a", enviroments = 3 }) } }
  }
  expect_failures = [var.schedules]
}

run "too_many_environments" {
  command = plan
  variables {
    schedules = { nightly = { expression = "rate(1 day)", input = jsonencode({ suite = "a", environments = 501 }) } }
  }
  expect_failures = [var.schedules]
}

run "environments_and_a_target" {
  command = plan
  variables {
    schedules = { nightly = { expression = "rate(1 day)", input = jsonencode({ suite = "a", environments = 5, target = "10m" }) } }
  }
  expect_failures = [var.schedules]
}

run "a_timeout_that_is_no_duration" {
  command = plan
  variables {
    schedules = { nightly = { expression = "rate(1 day)", input = jsonencode({ suite = "a", timeout = "forever" }) } }
  }
  expect_failures = [var.schedules]
}

run "a_package_that_is_no_object_of_s3" {
  command = plan
  variables {
    schedules = { nightly = { expression = "rate(1 day)", input = jsonencode({ suite = "a", package = "https://example.com/a.zip" }) } }
  }
  expect_failures = [var.schedules]
}
