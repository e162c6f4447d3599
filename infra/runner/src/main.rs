//! Wires the runner to its command line and environment.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, error::ErrorKind};
use domain::base::text::with_causes;
use runner::desktop::{self, exchange::Exchange};
use runner::{Args, Error, Line, Part, Settings};

#[tokio::main]
async fn main() -> ExitCode {
    let line = Line::parse();
    runner::processes::adopt();
    let done = match (line.part, line.args) {
        (Some(Part::Desktop { folder }), _) => serve(folder).await,
        (Some(Part::Shard(args)), _) | (None, Some(args)) => start(args).await,
        (None, None) => Line::command().error(ErrorKind::MissingSubcommand, "nothing to run is named").exit(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qaops-runner: {}", with_causes(&error));
            ExitCode::from(u8::try_from(error.code()).unwrap_or(1))
        }
    }
}

async fn start(args: Args) -> Result<(), Error> {
    runner::start(args, Settings::read(std::env::vars())?).await
}

async fn serve(folder: Option<std::path::PathBuf>) -> Result<(), Error> {
    let folder = folder.map_or_else(|| Settings::session(std::env::vars()), Ok)?;
    desktop::serve(Exchange::new(folder)).await
}
