output "bucket" {
  description = "Where packages go: `suites/<suite>.zip`."
  value       = module.qaops.bucket.name
}

output "state_machine_arn" {
  description = "What runs are started with."
  value       = module.qaops.state_machine_arn
}

output "qaops" {
  description = "Everything that the module tells."
  value       = module.qaops
}
