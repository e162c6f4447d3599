//! The `qaops` command.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    ExitCode::from(qaops::command(std::env::args_os()).await)
}
