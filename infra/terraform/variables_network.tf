variable "network" {
  description = <<-TEXT
    The VPC that is made if `existing_network` is null. Its layout says what instances can reach. With `private` they
    reach only what the endpoints lead to. With `nat` they reach everything through one NAT gateway. With `public` they
    reach everything, each through its own public address, still without an inbound rule. Subnets are in all zones of
    the region, or in the zones that are named.
  TEXT
  type = object({
    layout    = optional(string, "private")
    cidr      = optional(string, "10.64.0.0/16")
    zones     = optional(list(string))
    endpoints = optional(list(string), ["ssm", "ssmmessages"])
    flow_logs = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["private", "nat", "public"], var.network.layout)
    error_message = "A layout is private, nat or public."
  }

  validation {
    condition     = can(cidrsubnet(var.network.cidr, 4, 15)) && try(tonumber(split("/", var.network.cidr)[1]) >= 16 && tonumber(split("/", var.network.cidr)[1]) <= 22, false)
    error_message = "Expected an IPv4 range between /16 and /22, such as 10.64.0.0/16."
  }

  validation {
    condition     = var.network.zones == null ? true : length(var.network.zones) >= 1 && length(var.network.zones) <= 6 && length(distinct(var.network.zones)) == length(var.network.zones)
    error_message = "Subnets lie in 1 to 6 different zones."
  }

  validation {
    condition     = var.network.layout != "private" || alltrue([for needed in ["ssm", "ssmmessages"] : contains(var.network.endpoints, needed)])
    error_message = "Without the endpoints ssm and ssmmessages no command reaches an instance of a private layout."
  }
}

variable "existing_network" {
  description = "Subnets of an existing VPC for the instances, one in each zone. They must reach SSM and S3. Null makes a VPC."
  type = object({
    vpc_id     = string
    subnet_ids = list(string)
  })
  default = null

  validation {
    condition     = var.existing_network == null || try(startswith(var.existing_network.vpc_id, "vpc-"), false)
    error_message = "Expected the id of a VPC, vpc-….."
  }

  validation {
    condition     = var.existing_network == null || try(length(var.existing_network.subnet_ids) > 0 && alltrue([for id in var.existing_network.subnet_ids : startswith(id, "subnet-")]), false)
    error_message = "Expected ids of subnets, subnet-…, at least one."
  }
}

variable "egress" {
  description = "Where instances may connect to, by a name of your choice. Suites that test something on other ports need them here."
  type = map(object({
    from_port = number
    to_port   = number
    protocol  = optional(string, "tcp")
    cidr      = optional(string, "0.0.0.0/0")
  }))
  default = {
    https = { from_port = 443, to_port = 443 }
  }
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.egress) : contains(["tcp", "udp"], rule.protocol) && can(cidrhost(rule.cidr, 0))])
    error_message = "A rule has the protocol tcp or udp and a range of addresses."
  }

  validation {
    condition     = alltrue([for rule in values(var.egress) : rule.from_port >= 0 && rule.from_port <= rule.to_port && rule.to_port <= 65535])
    error_message = "Ports go from 0 to 65535, the lower one first."
  }

  validation {
    condition     = anytrue([for rule in values(var.egress) : rule.protocol == "tcp" && rule.from_port <= 443 && rule.to_port >= 443])
    error_message = "Instances reach SSM and S3 by TCP port 443: leave a rule for it."
  }
}

variable "platforms" {
  description = <<-TEXT
    How instances are launched, by the platform that a package names (`linux`, `windows`, `android`). `image` is the name
    of an SSM parameter that is resolved at each launch, or the id of an AMI. `types` are the instance types, the preferred
    first. With `spot`, Spot capacity is requested before on-demand capacity. `volume_gib` and `root_device` are the size
    and device of the root volume, if they differ from the images in infra/packer. `most_volume_gib` is the largest size
    that a package may ask for; without it, no package may ask for a larger volume. `volume_initialization_rate` is the
    rate in MiB/s at which EBS loads the root volume from its snapshot. It is paid for each launch. Without it, EBS loads a
    block when it is first read. An instance that SSM cannot reach after `boot_seconds` is given up; the default is 300,
    900 for `windows`, and 1800 if a type is a metal type. With `nested_virtualization`, instances get `/dev/kvm`. Those of
    `android` always get it. It needs types of c8i, m8i, r8i or their flex variants. Metal types have `/dev/kvm` anyway.
  TEXT
  type = map(object({
    image                      = string
    types                      = list(string)
    spot                       = optional(bool, false)
    volume_gib                 = optional(number)
    most_volume_gib            = optional(number)
    root_device                = optional(string)
    volume_initialization_rate = optional(number)
    boot_seconds               = optional(number)
    nested_virtualization      = optional(bool, false)
  }))
  default = {
    linux = {
      image = "/qaops/images/linux/stable"
      types = ["c7i.large", "m7i.large", "c6i.large", "m6i.large"]
    }
  }
  nullable = false

  validation {
    condition     = length(var.platforms) > 0 && alltrue([for platform in keys(var.platforms) : contains(["linux", "windows", "android"], platform)])
    error_message = "Platforms are linux, windows and android; name at least one."
  }

  validation {
    condition     = alltrue([for platform in values(var.platforms) : can(regex("^(ami-[0-9a-f]{8,17}|/?[A-Za-z0-9_./-]{1,1000})$", platform.image))])
    error_message = "An image is an AMI's id or the name of an SSM parameter that holds one."
  }

  validation {
    condition     = alltrue([for platform in values(var.platforms) : length(platform.types) > 0 && alltrue([for type in platform.types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))])])
    error_message = "A platform has at least one instance type, such as m7i.large."
  }

  validation {
    condition     = alltrue([for gib in flatten([for platform in values(var.platforms) : [platform.volume_gib, platform.most_volume_gib]]) : gib == null ? true : gib >= 8 && gib <= 16384])
    error_message = "A volume has 8 to 16384 GiB."
  }

  validation {
    condition     = alltrue([for platform in values(var.platforms) : try(platform.volume_initialization_rate >= 100 && platform.volume_initialization_rate <= 300, platform.volume_initialization_rate == null)])
    error_message = "EBS loads a volume at 100 to 300 MiB/s."
  }

  validation {
    condition     = alltrue([for platform in values(var.platforms) : platform.boot_seconds == null ? true : platform.boot_seconds >= 60 && platform.boot_seconds <= 3600 && floor(platform.boot_seconds) == platform.boot_seconds])
    error_message = "An instance boots within 60 to 3600 whole seconds."
  }

  # EC2 refuses nested virtualization on any other type, and on a metal one: a fleet of both kinds would never be complete.
  validation {
    condition = alltrue([for name, platform in var.platforms : name != "android" && !platform.nested_virtualization ? true : anytrue([
      alltrue([for type in platform.types : can(regex("^[cmr]8i(-flex)?\\.", type)) && !strcontains(type, ".metal")]),
      alltrue([for type in platform.types : strcontains(type, ".metal")]),
    ])])
    error_message = "Android's emulator needs /dev/kvm. Name types of c8i, m8i, r8i or their flex variants, or metal types, and not both kinds: c8i.2xlarge."
  }
}

variable "runners" {
  description = "Where the images have the runner, by the operating system that SSM tells."
  type = object({
    linux   = optional(string, "/opt/qaops/bin/qaops-runner")
    windows = optional(string, "C:\\Program Files\\QAOps\\qaops-runner.exe")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for path in values(var.runners) : can(regex("^[A-Za-z0-9_./:\\\\ -]+$", path))])
    error_message = "A path has letters, digits, spaces and _ . / : \\ - only, for it becomes a word of a script."
  }
}

variable "python_index" {
  description = "Source of the Python packages that a suite's `requirements.txt` asks for: the address of a package index without credentials, or a folder of wheels in the image. Null means that pip's configuration in the image decides."
  type        = string
  default     = null

  validation {
    condition     = var.python_index == null || can(regex("^[A-Za-z0-9_.:/~%-]+$", var.python_index))
    error_message = "An address or a folder has letters, digits and _ . : / ~ % - only, for it becomes a word of a script."
  }
}

variable "image_kms_key_arns" {
  description = "KMS keys that images are encrypted with, where it is not AWS's own key of EBS."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.image_kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", arn))])
    error_message = "Expected ARNs of keys, arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "tests_may_sudo" {
  description = "Whether tests and hooks on Linux may use `sudo`. They run as the account `qaops-tests`; with `sudo` they can read the credentials of the instance's role, and secrets of the suite in the runner's memory."
  type        = bool
  default     = false
  nullable    = false
}

variable "secret_parameters" {
  description = "SSM parameters that instances may read, by name; a `*` at the end stands for whatever follows."
  type        = list(string)
  default     = ["/qaops/*"]
  nullable    = false

  validation {
    condition     = length(var.secret_parameters) > 0 && alltrue([for name in var.secret_parameters : can(regex("^/[A-Za-z0-9_.-]+/([A-Za-z0-9_./-]*\\*?)$", name))])
    error_message = "Expected names such as /qaops/checkout/password or /qaops/*, at least one; a first folder must be named."
  }
}

variable "service_linked_roles" {
  description = "Roles of AWS's own that this deployment makes because the account still lacks them: `ec2fleet.amazonaws.com`, which every launch needs, and `spot.amazonaws.com` for Spot capacity. One that the account has cannot be made again."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for service in var.service_linked_roles : contains(["ec2fleet.amazonaws.com", "spot.amazonaws.com"], service)])
    error_message = "Expected ec2fleet.amazonaws.com and spot.amazonaws.com only."
  }
}

variable "quotas" {
  description = "`check` says whether the account is checked before anything is made: its quotas against what a run may take, and the service-linked roles that launches need. `most_environments` is the largest number of environments of one platform that run at the same time."
  type = object({
    check             = optional(bool, true)
    most_environments = optional(number, 20)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.quotas.most_environments >= 1 && var.quotas.most_environments <= 500
    error_message = "A run has 1 to 500 environments."
  }
}
