# A deployment as it is without any settings: what must hold of every one.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  packages = "tests/packages"
}

run "a_deployment_needs_no_settings" {
  command = apply

  assert {
    condition     = length(module.function) == 12
    error_message = "There are not twelve functions."
  }
}
