//! The file of rows that were not carried: written beside its place, given its name once it is whole, and never over another.
//!
//! ```text
//! FILE.rejected.csv.partial-PID ──whole──► FILE.rejected.csv, or FILE.rejected-2.csv, -3 … where that is another file
//! ```
//! Somebody may be correcting the rejected rows of an earlier import, or this import may be reading them.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{BufReader, ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::args::Common;
use crate::failure::{Exit, Failure, Outcome};
use crate::output;

/// Names that are tried, at most.
const NAMES_MAX: u32 = 1_000;

/// Rows that were not carried.
pub(super) struct RejectedRows {
    place: Place,
    delimiter: u8,
    writer: Option<(PathBuf, csv::Writer<File>)>,
}

/// Where the file goes.
enum Place {
    /// Here and nowhere else.
    Named(PathBuf),
    /// At the first free name that begins so.
    Beside(OsString),
}

impl Place {
    /// The names, in the order in which they are tried.
    fn names(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let numbers = match self {
            Self::Named(_) => 1..=1,
            Self::Beside(_) => 1..=NAMES_MAX,
        };
        numbers.map(move |number| match self {
            Self::Named(path) => path.clone(),
            Self::Beside(stem) => {
                let mut name = stem.clone();
                name.push(match number {
                    1 => ".rejected.csv".to_owned(),
                    _ => format!(".rejected-{number}.csv"),
                });
                name.into()
            }
        })
    }

    fn first(&self) -> PathBuf {
        self.names().next().unwrap_or_default()
    }
}

impl RejectedRows {
    /// None in a dry run that names no file. A named file that exists is refused before anything is done.
    pub(super) fn open(common: &Common) -> Outcome<Option<Self>> {
        let place = match &common.rejected {
            Some(path) => {
                not_an_input(path, common)?;
                if path.symlink_metadata().is_ok() {
                    return Err(taken(path));
                }
                Place::Named(path.clone())
            }
            None if common.dry_run => return Ok(None),
            None if common.file == Path::new("-") => Place::Beside("import".into()),
            None => Place::Beside(common.file.clone().into_os_string()),
        };
        Ok(Some(Self {
            place,
            delimiter: common.delimiter_byte().unwrap_or(b','),
            writer: None,
        }))
    }

    /// Writes a row as it stood, under the header, so that it can be corrected and imported.
    pub(super) fn keep(&mut self, header: &[String], cells: &[Vec<u8>]) -> Outcome {
        if self.writer.is_none() {
            let mut name = self.place.first().into_os_string();
            name.push(format!(".partial-{}", std::process::id()));
            let path = PathBuf::from(name);
            let file = File::create_new(&path).map_err(|error| Failure::file("create", &path, &error))?;
            let mut writer = csv::WriterBuilder::new()
                .flexible(true)
                .delimiter(self.delimiter)
                .from_writer(file);
            write(&path, writer.write_record(header))?;
            self.writer = Some((path, writer));
        }
        match &mut self.writer {
            Some((path, writer)) => write(path, writer.write_record(cells)),
            None => Ok(()),
        }
    }

    /// Gives the file its name, and says which. None when every row was carried.
    pub(super) fn finish(&mut self) -> Outcome<Option<PathBuf>> {
        let Some((partial, mut writer)) = self.writer.take() else {
            let first = self.place.first();
            if first.exists() {
                let text = "is of an earlier import: this one carried every row";
                output::remark(&format!("{} {text}", first.display()));
            }
            return Ok(None);
        };
        let failed = |error: std::io::Error| Failure::file("write", &partial, &error);
        writer
            .flush()
            .and_then(|()| writer.get_ref().sync_all())
            .map_err(failed)?;
        for name in self.place.names() {
            match File::create_new(&name) {
                // The name is ours now: what it is renamed over is empty.
                Ok(_) => {
                    fs::rename(&partial, &name).map_err(failed)?;
                    return Ok(Some(name));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    if is_same(&partial, &name).map_err(failed)? {
                        fs::remove_file(&partial).map_err(failed)?;
                        return Ok(Some(name));
                    }
                }
                Err(error) => return Err(Failure::file("create", &name, &error)),
            }
        }
        let hint = format!("the rows are in {}: move one of the two away", partial.display());
        Err(taken(&self.place.first()).hint(hint))
    }
}

fn write(path: &Path, written: Result<(), csv::Error>) -> Outcome {
    written.map_err(|error| Failure::file("write", path, &std::io::Error::other(error)))
}

fn taken(path: &Path) -> Failure {
    let message = format!(
        "{} exists, and rejected rows are written over nothing",
        path.display()
    );
    Failure::new(Exit::Usage, "file_exists", message)
        .hint("name a file that does not exist, or remove that one")
}

/// Whether two files hold the same bytes.
fn is_same(one: &Path, other: &Path) -> std::io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one).bytes(), BufReader::new(other).bytes());
    loop {
        match (one.next().transpose()?, other.next().transpose()?) {
            (None, None) => return Ok(true),
            (one, other) if one != other => return Ok(false),
            _ => {}
        }
    }
}

/// Writing to a file that is being read would empty it: whatever its name is, and also when it is standard input.
pub(super) fn not_an_input(path: &Path, common: &Common) -> Outcome {
    let Some(output) = regular(fs::metadata(path)) else {
        return Ok(());
    };
    let input = if common.file == Path::new("-") {
        let descriptor = std::io::stdin().as_fd().try_clone_to_owned();
        regular(descriptor.and_then(|descriptor| File::from(descriptor).metadata()))
    } else {
        regular(fs::metadata(&common.file))
    };
    let key = common.key.as_ref().and_then(|key| regular(fs::metadata(key)));
    if input == Some(output) || key == Some(output) {
        let message = format!("{} is a file that the import reads", path.display());
        return Err(Failure::new(Exit::Usage, "same_file", message).hint("name another file to write to"));
    }
    Ok(())
}

/// Device and number of a regular file: two names of one file have the same.
fn regular(metadata: std::io::Result<Metadata>) -> Option<(u64, u64)> {
    let metadata = metadata.ok().filter(Metadata::is_file)?;
    Some((metadata.dev(), metadata.ino()))
}
