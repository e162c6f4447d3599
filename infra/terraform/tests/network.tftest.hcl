# What each layout of the network has, and has not.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
}

run "private" {
  command = plan

  assert {
    condition     = length(aws_subnet.instances) == 3 && length(distinct([for subnet in aws_subnet.instances : subnet.cidr_block])) == 3 && alltrue([for subnet in aws_subnet.instances : !subnet.map_public_ip_on_launch])
    error_message = "There is not one private subnet in each zone."
  }

  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ssm", "ssmmessages"]) && length(aws_vpc_endpoint.s3) == 1
    error_message = "There are other endpoints than the ones that are needed."
  }

  assert {
    condition     = length(aws_internet_gateway.this) == 0 && length(aws_nat_gateway.this) == 0 && length(aws_route.way_out) == 0
    error_message = "There is a way out."
  }
}

run "nat" {
  command = plan

  variables {
    network = { layout = "nat", zones = ["eu-central-1b"] }
  }

  assert {
    condition     = keys(aws_subnet.instances) == ["eu-central-1b"] && length(aws_nat_gateway.this) == 1 && length(aws_vpc_endpoint.interface) == 0
    error_message = "The way out is not one NAT gateway."
  }

  assert {
    condition     = aws_subnet.nat[0].cidr_block != aws_subnet.instances["eu-central-1b"].cidr_block
    error_message = "Two subnets have the same addresses."
  }

  assert {
    condition     = !tobool(aws_launch_template.this["linux"].network_interfaces[0].associate_public_ip_address)
    error_message = "An instance behind a NAT gateway has a public address."
  }
}

run "public" {
  command = plan

  variables {
    network = { layout = "public", flow_logs = false }
  }

  assert {
    condition     = tobool(aws_launch_template.this["linux"].network_interfaces[0].associate_public_ip_address) && length(aws_nat_gateway.this) == 0 && length(aws_route.way_out) == 1
    error_message = "The instances have no way out by addresses of their own."
  }

  assert {
    condition     = length(aws_flow_log.this) == 0 && length(aws_iam_role.flow) == 0
    error_message = "A flow log is made that nobody asked for."
  }
}

run "existing" {
  command = plan

  variables {
    existing_network = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"] }
    egress = {
      https   = { from_port = 443, to_port = 443 }
      staging = { from_port = 8080, to_port = 8090, cidr = "10.0.0.0/8" }
    }
  }

  assert {
    condition     = length(aws_vpc.this) + length(aws_subnet.instances) + length(aws_vpc_endpoint.s3) + length(aws_flow_log.this) == 0
    error_message = "Something is made in a network that is there."
  }

  assert {
    condition     = aws_security_group.instances.vpc_id == "vpc-1" && output.network.subnet_ids == tolist(["subnet-1", "subnet-2"]) && local.fleet.linux.subnets == tolist(["subnet-1", "subnet-2"])
    error_message = "The instances do not join the network that was given."
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_egress_rule.instances)) == toset(["https", "staging"])
    error_message = "Instances may connect elsewhere than they were let."
  }
}
