//! Where an export goes: standard output, or a file that has its name only once it is whole.
//!
//! ```text
//! .sides.csv.4711.part      while it is written; removed when the export fails
//! sides.csv                 after flush, sync and rename
//! ```
//! A process that is killed leaves the `.part` behind and the old `sides.csv` as it was.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use armistice_exporter::Error;

use crate::failure::{Exit, Failure, Outcome};
use crate::files;

/// A file on its way.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Partial {
    /// Begins a file beside the one that it will be.
    pub(super) fn create(path: &Path) -> Outcome<Self> {
        let named = path.file_name().ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "usage",
                format!("--out names no file: {}", path.display()),
            )
        })?;
        let mut name = OsString::from(".");
        name.push(named);
        name.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(name);
        let file = File::create(&temporary).map_err(|error| Failure::file("write", path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            temporary,
            file: Some(BufWriter::new(file)),
        })
    }

    /// Gives it its name; all of it is on disk then.
    fn finish(mut self) -> Outcome {
        let path = self.path.clone();
        let failed = |error: io::Error| Failure::file("write", &path, &error);
        if let Some(file) = self.file.take() {
            let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
            let renamed = file
                .sync_all()
                .and_then(|()| fs::rename(&self.temporary, &self.path));
            if let Err(error) = renamed {
                // The failure that is told is the first one.
                let _ = fs::remove_file(&self.temporary);
                return Err(failed(error));
            }
            files::sync_folder_of(&self.path).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nothing more can be done about a file that does not go away.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// A file on its way, or standard output.
#[derive(Debug)]
pub(super) enum Sink {
    File(Partial),
    Standard(BufWriter<Stdout>),
}

impl Sink {
    pub(super) fn open(out: Option<&Path>) -> Outcome<Self> {
        Ok(match out {
            Some(path) => Self::File(Partial::create(path)?),
            None => Self::Standard(BufWriter::new(io::stdout())),
        })
    }

    pub(super) fn finish(self) -> Outcome {
        match self {
            Self::File(file) => file.finish(),
            Self::Standard(mut out) => out.flush().map_err(|error| Failure::writing(&error)),
        }
    }

    /// The failure that an export ended with.
    pub(super) fn failure(&self, error: &Error) -> Failure {
        match (error, self) {
            (Error::Write(error), Self::Standard(_)) => Failure::writing(error),
            (Error::Write(inner), Self::File(file)) => {
                Failure::file("write", &file.path, inner).hint_of(error.hint())
            }
            _ => failure(error),
        }
    }
}

/// The failure of an export that wrote nothing.
pub(super) fn failure(error: &Error) -> Failure {
    Failure::new(Exit::Failed, "export", "the export cannot be made")
        .because(error)
        .hint_of(error.hint())
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(Partial { file: Some(file), .. }) => file.write(bytes),
            Self::File(_) => Err(io::Error::other("the file is closed")),
            Self::Standard(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(Partial { file, .. }) => file.as_mut().map_or(Ok(()), Write::flush),
            Self::Standard(out) => out.flush(),
        }
    }
}

/// A name beside a file: `x.csv` and `-metadata.json` give `x.csv-metadata.json`.
pub(super) fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut path = out.as_os_str().to_owned();
    path.push(ending);
    PathBuf::from(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_only_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let names = || {
            let mut names: Vec<_> = fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        fs::write(&path, "old").unwrap();
        let mut sink = Sink::open(Some(&path)).unwrap();
        sink.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(sink);
        assert_eq!(
            (names(), fs::read(&path).unwrap()),
            (vec!["x.csv".to_owned()], b"old".to_vec())
        );
        let mut sink = Sink::open(Some(&path)).unwrap();
        sink.write_all(b"new").unwrap();
        sink.finish().unwrap();
        assert_eq!(
            (names(), fs::read(&path).unwrap()),
            (vec!["x.csv".to_owned()], b"new".to_vec())
        );
    }

    #[test]
    fn a_folder_is_no_file() {
        let failure = Sink::open(Some(Path::new("/"))).unwrap_err();
        assert_eq!((failure.exit as u8, failure.code), (2, "usage"));
    }
}
