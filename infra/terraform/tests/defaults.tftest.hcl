# A deployment as it is without any settings: what must hold of every one. AWS is mocked, so names of AWS's own making are
# all alike; what the module makes out of them is real.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
}

run "a_deployment" {
  command = apply

  # Timeouts: function, then state, then run.
  assert {
    condition = alltrue([
      for name, state in local.all_states :
      state.TimeoutSeconds > module.function[regex("[a-z]+", state.Arguments.FunctionName)].timeout_seconds
      if can(tonumber(state.TimeoutSeconds))
    ])
    error_message = "A state waits no longer than its function may take."
  }

  assert {
    condition = alltrue([
      for name, state in local.all_states : state.TimeoutSeconds < local.definition.TimeoutSeconds if can(tonumber(state.TimeoutSeconds))
    ])
    error_message = "A state waits as long as the run may last."
  }

  # RunShard's limit is computed: the attempt's seconds and 300 more.
  assert {
    condition     = toset([for name, state in local.all_states : name if can(state.TimeoutSeconds) && !can(tonumber(state.TimeoutSeconds))]) == toset(["RunShard"]) && module.function["dispatch"].timeout_seconds < 300
    error_message = "A limit is computed that nobody compared with its function's."
  }

  assert {
    condition     = length([for name, state in local.all_states : name if can(state.Arguments.FunctionName)]) == 11 && length(local.state_seconds) == 10
    error_message = "The state machine has other states than those that were compared."
  }

  # Every step that the state machine names is filled in, and by its alias.
  assert {
    condition     = length(regexall("\\$\\{", aws_sfn_state_machine.run.definition)) == 0 && can(jsondecode(aws_sfn_state_machine.run.definition))
    error_message = "A placeholder of the state machine is not filled in."
  }

  assert {
    condition     = alltrue([for step in local.called_by_state : strcontains(file("../../statemachine/qa-run.asl.json"), "$${${step}}")])
    error_message = "A step is said to be called by the state machine, and is not."
  }

  # Logs end one day.
  assert {
    condition     = alltrue([for function in module.function : function.log_retention_days == 90]) && aws_cloudwatch_log_group.state_machine.retention_in_days == 90 && aws_cloudwatch_log_group.flow[0].retention_in_days == 90
    error_message = "A log group has no retention."
  }

  # Least privilege, in every policy of every role.
  assert {
    condition = alltrue(flatten([
      for policy in concat(values(local.policies), [for function in module.function : function.policies.base], [aws_iam_role_policy.flow[0].policy]) : [
        for statement in jsondecode(policy).Statement : [for action in statement.Action : !strcontains(action, "*")]
      ]
    ]))
    error_message = "A policy allows actions by a wildcard."
  }

  assert {
    condition = alltrue(flatten([
      for policy in concat(values(local.policies), [for function in module.function : function.policies.base], [aws_iam_role_policy.flow[0].policy]) : [
        for statement in jsondecode(policy).Statement : can(statement.Condition) || !contains(statement.Resource, "*")
      ]
    ]))
    error_message = "A policy allows something of every resource without a condition."
  }

  assert {
    condition = alltrue(flatten([
      for policy in values(local.policies) : [
        for statement in jsondecode(policy).Statement : [for resource in statement.Resource : resource == "*" || can(regex("^arn:aws:[a-z0-9]+:[a-z0-9-]*:[0-9]*:.+", resource))]
      ]
    ]))
    error_message = "A policy names a resource that is none: a placeholder was filled in wrongly."
  }

  assert {
    condition = alltrue(flatten([
      for step, policy in local.policies : [
        for statement in jsondecode(policy).Statement :
        statement.Condition.StringEquals["aws:ResourceTag/qaops:deployment"] == var.name && statement.Condition.StringLike["aws:ResourceTag/qaops:run"] == "*"
        if contains(statement.Action, "ec2:TerminateInstances")
      ]
    ]))
    error_message = "A step may end instances that do not belong to the deployment."
  }

  assert {
    condition     = toset([for step, policy in local.policies : step if strcontains(policy, "ec2:TerminateInstances")]) == toset(["launch", "ready", "sweep", "terminate"])
    error_message = "Other steps than launch, ready, sweep and terminate may end instances."
  }

  assert {
    condition     = toset([for step, policy in local.policies : step if strcontains(policy, "iam:PassRole") || strcontains(policy, "ec2:RunInstances") || strcontains(policy, "ec2:CreateFleet")]) == toset(["launch"])
    error_message = "Another step than launch may start instances."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.policies["launch"]).Statement : can(statement.Condition.ArnLike["ec2:LaunchTemplate"]) if contains(statement.Action, "ec2:RunInstances")
    ])
    error_message = "Instances may be started without our launch template."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.policies["launch"]).Statement : toset(statement.Condition.StringEquals["ec2:CreateAction"]) == toset(["CreateFleet", "RunInstances"]) if contains(statement.Action, "ec2:CreateTags")
    ])
    error_message = "Tags may be changed on what is there already, and so anything be made ours."
  }

  assert {
    condition = [
      for statement in jsondecode(local.policies["launch"]).Statement : [statement.Resource, statement.Condition.StringEquals["iam:PassedToService"]] if contains(statement.Action, "iam:PassRole")
    ] == [[[aws_iam_role.instance.arn], "ec2.amazonaws.com"]]
    error_message = "Another role may be passed, or to another service."
  }

  assert {
    condition = [
      for statement in jsondecode(local.policies["instance"]).Statement : statement.Resource if contains(statement.Action, "s3:PutObject")
    ] == [["arn:aws:s3:::mocked/runs/*/environments/$${aws:userid}/*"]]
    error_message = "An instance may write elsewhere than below its own name."
  }

  assert {
    condition     = strcontains(aws_s3_bucket_policy.artifacts.policy, "aws:SecureTransport")
    error_message = "The bucket is open without TLS."
  }

  # Functions.
  assert {
    condition     = length(module.function) == 12 && alltrue([for function in module.function : endswith(function.alias_arn, ":live") && function.version != "$LATEST"])
    error_message = "A step has no version with an alias."
  }

  assert {
    condition     = toset([for step, function in module.function : step if function.failures != null]) == toset([for rule in local.rules : rule.step])
    error_message = "A step that events call has no queue for what it could not handle, or one has a queue that no event calls."
  }

  assert {
    condition     = toset(keys(output.settings)) == toset(["QAOPS_BOOT_SECONDS", "QAOPS_BUCKET", "QAOPS_DEPLOYMENT", "QAOPS_DOCUMENT", "QAOPS_FLEET", "QAOPS_LINK_SECONDS", "QAOPS_ROLE_ID", "QAOPS_STATE_MACHINE", "QAOPS_TABLE", "QAOPS_TOPIC"])
    error_message = "The functions' settings are not those that they read."
  }

  assert {
    condition = jsondecode(output.settings.QAOPS_FLEET) == {
      linux = {
        template = "lt-00000000000000000"
        types    = ["c7i.large", "m7i.large", "c6i.large", "m6i.large"]
        subnets  = ["subnet-00000000000000000", "subnet-00000000000000000", "subnet-00000000000000000"]
        spot     = false
        volume   = { device = "/dev/xvda", gib = 32, most_gib = 32 }
      }
    }
    error_message = "QAOPS_FLEET is not what `launch` reads."
  }

  # Rules, as the local cloud has them.
  assert {
    condition     = { for name, rule in aws_cloudwatch_event_rule.this : name => [rule.name, aws_cloudwatch_event_target.this[name].target_id] } == { for name, rule in local.rules : name => ["qaops-${name}", rule.step] }
    error_message = "A rule has another name or target."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : length(target.dead_letter_config) == 1 && target.retry_policy[0].maximum_retry_attempts > 0])
    error_message = "A rule's target loses what it cannot deliver."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["run-ended"].event_pattern).detail.stateMachineArn == [output.settings.QAOPS_STATE_MACHINE]
    error_message = "The end of a run is not that of this state machine."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["command-ended"].event_pattern).detail["document-name"] == [output.document]
    error_message = "A command with another document than ours calls `resume`."
  }

  # `resume` and the sweep ask for the exit code of a step by its name (`STEPS` in functions/libs/aws/src/commands.rs).
  assert {
    condition     = [for step in jsondecode(aws_ssm_document.run_shard.content).mainSteps : step.name] == ["shard", "shardOnWindows"]
    error_message = "The exit code of a command cannot be read: a step has another name than the functions ask for."
  }

  # `states:StateMachineQualifier` has several values in a request, and StringEquals alone never holds of such a key.
  assert {
    condition     = [for statement in jsondecode(local.policies["schedule"]).Statement : statement.Condition if contains(statement.Action, "states:StartExecution")] == [{ "ForAnyValue:StringEquals" = { "states:StateMachineQualifier" = ["live"] } }]
    error_message = "A schedule may not start runs, or may start another version than the one of the alias."
  }

  # Instances.
  assert {
    condition = alltrue([
      for template in aws_launch_template.this :
      template.metadata_options[0].http_tokens == "required" && template.metadata_options[0].http_put_response_hop_limit == 1 && template.key_name == null && template.instance_initiated_shutdown_behavior == "terminate"
    ])
    error_message = "An instance's credentials are open, it has a key pair, or it outlives its shutdown."
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.this : tobool(template.block_device_mappings[0].ebs[0].encrypted) && !tobool(template.network_interfaces[0].associate_public_ip_address)])
    error_message = "A volume is not encrypted, or an instance of the private layout has a public address."
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.this : toset([for specification in template.tag_specifications : specification.resource_type]) == toset(["instance", "network-interface", "volume"])])
    error_message = "A launch template does not tag volumes."
  }

  assert {
    condition     = startswith(aws_launch_template.this["linux"].image_id, "resolve:ssm:/")
    error_message = "The image is not resolved at the launch."
  }

  # What `dispatch` sends comes through, and nothing that would end a word of the script.
  assert {
    condition = { for name, parameter in jsondecode(aws_ssm_document.run_shard.content).parameters : name => [
      for value in ["nightly-2026_1", "0001r1", "3", "86460"] : value if can(regex(parameter.allowedPattern, value))
      ] } == {
      run     = ["nightly-2026_1", "0001r1", "3", "86460"]
      shard   = ["0001r1", "86460"]
      attempt = ["3"]
      seconds = ["3", "86460"]
    }
    error_message = "A parameter of the document does not take what is sent, or takes what is not."
  }

  assert {
    condition = alltrue(flatten([
      for parameter in values(jsondecode(aws_ssm_document.run_shard.content).parameters) : [
        for value in ["", "x'; reboot #", "$(reboot)", "a b", "1'", "`1`"] : !can(regex(parameter.allowedPattern, value))
      ]
    ]))
    error_message = "A parameter of the document lets a command through."
  }

  # What is stored.
  assert {
    condition     = aws_dynamodb_table.ledger.deletion_protection_enabled && aws_dynamodb_table.ledger.point_in_time_recovery[0].enabled && aws_dynamodb_table.ledger.ttl[0].attribute_name == "expires" && aws_dynamodb_table.ledger.billing_mode == "PAY_PER_REQUEST"
    error_message = "The ledger can be lost, or its items never expire."
  }

  assert {
    condition     = aws_s3_bucket_versioning.artifacts.versioning_configuration[0].status == "Enabled" && { for rule in aws_s3_bucket_lifecycle_configuration.artifacts.rule : rule.id => rule.filter[0].prefix if rule.id != "broken-uploads" } == { runs = "runs/", packages = "suites/", layers = "layers/" }
    error_message = "The bucket's versions or the lives of its prefixes are missing."
  }

  # Every alarm tells somebody, and has a name that the README explains.
  assert {
    condition     = alltrue([for alarm in merge(aws_cloudwatch_metric_alarm.too_much, aws_cloudwatch_metric_alarm.too_little) : length(alarm.alarm_actions) == 1])
    error_message = "An alarm tells nobody."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.too_little)) == toset(["sweep-stale"])
    error_message = "Without a schedule, runs that do not start are no silence."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 12
    error_message = "The dashboard has not all of its graphs."
  }
}
