//! Wires the runner to its command line and environment.

use std::process::ExitCode;

use clap::Parser;
use runner::{Args, Settings, start};

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    runner::processes::adopt();
    let done = match Settings::read(std::env::vars()) {
        Ok(settings) => start(args, settings).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qaops-runner: {}", error.told());
            ExitCode::from(u8::try_from(error.code()).unwrap_or(1))
        }
    }
}
