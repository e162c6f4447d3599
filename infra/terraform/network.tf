# A VPC of its own for the instances, unless there is one already. Nothing can connect to an instance in any layout.

locals {
  own_network = var.existing_network == null
  layout      = local.own_network ? var.network.layout : "existing"
  is_public   = local.layout == "public"
  zones       = local.own_network ? coalesce(var.network.zones, slice(data.aws_availability_zones.here[0].names, 0, min(length(data.aws_availability_zones.here[0].names), 6))) : []

  vpc_id     = local.own_network ? aws_vpc.this[0].id : var.existing_network.vpc_id
  subnet_ids = local.own_network ? [for zone in local.zones : aws_subnet.instances[zone].id] : var.existing_network.subnet_ids
}

# Local and wavelength zones have other types of instances, so only the region's own zones are asked for.
data "aws_availability_zones" "here" {
  #checkov:skip=CKV_AWS_394: capacity in a new zone is welcome; who wants none names the zones
  count = local.own_network ? 1 : 0

  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11: the flow log below is one input away from off, and on by default
  count = local.own_network ? 1 : 0

  cidr_block           = var.network.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = merge(local.tags, { Name = var.name })
}

# The security group that AWS makes with a VPC lets its members talk to each other; here it lets nobody.
resource "aws_default_security_group" "closed" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.tags, { Name = "${var.name}-closed" })
}

resource "aws_subnet" "instances" {
  for_each = toset(local.zones)

  vpc_id                  = aws_vpc.this[0].id
  availability_zone       = each.value
  cidr_block              = cidrsubnet(var.network.cidr, 3, index(local.zones, each.value))
  map_public_ip_on_launch = false
  tags                    = merge(local.tags, { Name = "${var.name}-${each.value}" })
}

resource "aws_route_table" "instances" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.tags, { Name = var.name })
}

resource "aws_route_table_association" "instances" {
  for_each = toset(local.zones)

  subnet_id      = aws_subnet.instances[each.value].id
  route_table_id = aws_route_table.instances[0].id
}

resource "aws_security_group" "instances" {
  name        = "${var.name}-instances"
  description = "Instances of QAOps: nothing comes in."
  vpc_id      = local.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-instances" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "instances" {
  for_each = var.egress

  security_group_id = aws_security_group.instances.id
  description       = each.key
  cidr_ipv4         = each.value.cidr
  ip_protocol       = each.value.protocol
  from_port         = each.value.from_port
  to_port           = each.value.to_port
  tags              = local.tags
}
