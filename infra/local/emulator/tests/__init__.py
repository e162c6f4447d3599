"""What the emulator promises to the functions, the runner and the tests of this project."""
