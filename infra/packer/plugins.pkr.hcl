# What `packer init` fetches. A file of its own, for Debian's packer has the builder built in and knows no plug-ins:
# `check` validates with it and leaves this file out.
packer {
  required_version = ">= 1.10.0"

  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "~> 1.3"
    }
  }
}
