variable "gates" {
  description = <<-TEXT
    Gates that every run must hold, whatever its package says: texts such as `vulnerabilities{severity=critical} == 0`, as
    `functions/libs/domain/README.md` tells. A run whose error gate does not hold fails; `warn` is only reported; `stop` ends
    it early.
  TEXT
  type = object({
    error = optional(list(string), [])
    warn  = optional(list(string), [])
    stop  = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for gate in flatten(values(var.gates)) : can(regex("^[a-z_]+(\\.|\\{).* *(==|!=|<=|>=|<|>) *.+$", gate))])
    error_message = "A gate is a metric, a comparison and a value, such as tests.failed == 0."
  }
}

variable "prices" {
  description = <<-TEXT
    Prices in the region, in dollars. The cost of each run (`run.cost`) is estimated from them: an hour of each instance
    type by platform, on demand and as Spot capacity; a GiB of volume for a month; a public address for an hour; a GiB
    that instances load from S3 or upload to it; a state transition. If the price of an instance is missing, the run has
    no cost, and says why. Null makes no estimate, because prices of another region would be a guess.
  TEXT
  type = object({
    instances = map(map(object({
      on_demand = optional(number)
      spot      = optional(number)
    })))
    volume_gib_month = number
    address_hour     = optional(number, 0)
    transfer_gib     = optional(number, 0)
    transition       = number
  })
  default = null

  validation {
    condition     = var.prices == null ? true : length(setsubtract(keys(var.prices.instances), ["linux", "windows", "android"])) == 0
    error_message = "Prices of instances are by platform: linux, windows, android."
  }

  validation {
    condition = var.prices == null ? true : alltrue(flatten([
      for types in values(var.prices.instances) : [
        for type, price in types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type)) && (price.on_demand != null || price.spot != null)
      ]
    ]))
    error_message = "An instance type, such as m7i.large, has a price on demand, as Spot capacity or both."
  }

  validation {
    condition = var.prices == null ? true : alltrue([
      for price in concat(
        [var.prices.volume_gib_month, var.prices.address_hour, var.prices.transfer_gib, var.prices.transition],
        flatten([for types in values(var.prices.instances) : [for price in values(types) : [
          coalesce(price.on_demand, 0), coalesce(price.spot, 0),
        ]]]),
      ) : price >= 0
    ])
    error_message = "A price is 0 or more."
  }
}

variable "shard_artifacts_mib" {
  description = "Largest total size in mebibytes of the files that an attempt leaves in its output folder, without output, log, console and reports. The largest files are left out first, and the report says so."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.shard_artifacts_mib >= 1 && var.shard_artifacts_mib <= 1048576 && floor(var.shard_artifacts_mib) == var.shard_artifacts_mib
    error_message = "It is a whole number of mebibytes, from 1 to 1048576."
  }
}
