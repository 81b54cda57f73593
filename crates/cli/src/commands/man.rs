//! `armistice man [--out DIR]`: the manual page of `armistice`, or one page per command as files.

use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::args::Cli;
use crate::failure::{Failure, Outcome};
use crate::output;

/// Writes the manual pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Writes one page per command into this folder instead of printing the main page
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the main page, or writes all of them.
pub(crate) fn run(args: &Args) -> Outcome {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.out else {
        return output::raw(&page(&command)?);
    };
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
    write_all(&command, "armistice", folder)
}

fn write_all(command: &clap::Command, name: &str, folder: &Path) -> Outcome {
    let path = folder.join(format!("{name}.1"));
    std::fs::write(&path, page(command)?).map_err(|error| Failure::file("write", &path, &error))?;
    command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
        .try_for_each(|sub| write_all(sub, &format!("{name}-{}", sub.get_name()), folder))
}

fn page(command: &clap::Command) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut bytes)
        .map_err(|error| Failure::writing(&error))?;
    Ok(bytes)
}
