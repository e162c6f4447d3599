variable "region" {
  type        = string
  description = "Region where the image is built."
  default     = "eu-central-1"
}

variable "version" {
  type        = string
  description = "The image's version: the last part of its parameter's name. `image build` makes one of time and commit."

  validation {
    condition     = regex_replace(var.version, "^[0-9A-Za-z][0-9A-Za-z.-]{0,63}$", "") == ""
    error_message = "The version has letters, digits, dots and hyphens, 64 at most."
  }
}

variable "commit" {
  type        = string
  description = "Commit of this repository that the image is built from."

  validation {
    condition     = regex_replace(var.commit, "^[0-9a-f]{7,40}(-dirty)?$", "") == ""
    error_message = "The commit is 7 to 40 hexadecimal digits."
  }
}

variable "runner" {
  type        = string
  description = "The runner's program for the platform: a file on this machine."
}

variable "subnet_id" {
  type        = string
  description = "Subnet to build in; one that reaches AWS and the package mirrors. Empty for the default VPC's."
  default     = ""
}

variable "security_group_ids" {
  type        = list(string)
  description = "Security groups of the builder, which needs no inbound rule. Empty: Packer makes one and deletes it."
  default     = []
}

variable "associate_public_ip_address" {
  type        = bool
  description = "Whether the builder gets a public address; it needs one in a subnet without NAT."
  default     = false
}

variable "instance_profile" {
  type        = string
  description = "Instance profile of the builder with AmazonSSMManagedInstanceCore: Packer comes in through Session Manager."
}

variable "instance_types" {
  type        = map(string)
  description = "Type of the builder by platform."
  default = {
    linux   = "c7i.large"
    windows = "m7i.xlarge"
    android = "c7i.xlarge"
  }
}

variable "volume_sizes" {
  type        = map(number)
  description = "Root volume by platform, in GiB."
  default = {
    linux   = 16
    windows = 60
    android = 40
  }
}

variable "kms_key_id" {
  type        = string
  description = "Key that encrypts the image: id, ARN or alias/name. Empty for the account's default key, which cannot be shared."
  default     = ""
}

variable "share_accounts" {
  type        = list(string)
  description = "Accounts that may start the image. They need a grant on the key too."
  default     = []

  validation {
    condition     = regex_replace(join(" ", var.share_accounts), "^([0-9]{12}( [0-9]{12})*)?$", "") == ""
    error_message = "An account's id has twelve digits."
  }
}

variable "share_organizations" {
  type        = list(string)
  description = "ARNs of organizations that may start the image."
  default     = []
}

variable "copy_to" {
  type        = map(string)
  description = "Regions that get a copy of the image, with the key that encrypts it there; empty for the default key."
  default     = {}
}

variable "deprecate_days" {
  type        = number
  description = "Days after which AWS lists the image as deprecated. Nobody should still start it by then."
  default     = 90

  validation {
    condition     = var.deprecate_days >= 1 && var.deprecate_days <= 3650
    error_message = "An image is deprecated after 1 to 3650 days."
  }
}

variable "sources" {
  type        = string
  description = "Where downloads come from instead of their publishers: the URL of a folder with the same file names."
  default     = ""
}

variable "package_index" {
  type        = string
  description = "Index of Python packages instead of pip's own. The hashes in `requirements` hold for it too."
  default     = ""
}

variable "tags" {
  type        = map(string)
  description = "Tags on everything that a build makes, besides QAOps's own."
  default     = {}
}

variable "manifest" {
  type        = string
  description = "File that Packer writes the made images to."
  default     = "manifest.json"
}
