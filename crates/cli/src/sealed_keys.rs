//! The folder of key files of sealed fields: made private, written once, destroyed for good.
//!
//! ```text
//! sealed-keys/9067…cca4.sealed-key   mode 0600, the folder 0700; docs/formats/sealed-v1.md says what is in it
//! ```
//! It lies outside the ledger's folder, so that no backup of the log holds keys.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use armistice_sealing::{Home, Key, KeyFile};

use crate::failure::{Exit, Failure, Outcome};
use crate::{files, machine};

/// A folder of key files.
#[derive(Debug, Clone)]
pub(crate) struct SealedKeys(PathBuf);

impl SealedKeys {
    /// Names a folder; nothing is opened.
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where the key of a field is, or would be.
    pub(crate) fn path(&self, home: &Home<'_>) -> PathBuf {
        self.0.join(home.file_name())
    }

    /// The key of a field, if its file is here. The file must say that it is for this field.
    pub(crate) fn find(&self, home: &Home<'_>) -> Outcome<Option<Key>> {
        let path = self.path(home);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => zeroize::Zeroizing::new(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file("read", &path, &error)),
        };
        let wrong = || {
            let message = format!("{} is not the key file of {}", path.display(), home.field);
            Failure::new(Exit::Usage, "key_file", message)
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| wrong().because(&error))?;
        let file = KeyFile::parse(text).map_err(|error| wrong().because(&error).hint(error.hint()))?;
        if file.home() != *home {
            return Err(wrong().hint("the file was renamed: its name follows from what it is for"));
        }
        Ok(Some(file.key.clone()))
    }

    /// The key of a field: the one that is here, or one of those `made` and not written yet, or a new one.
    pub(crate) fn find_or_make(&self, home: &Home<'_>, made: &[KeyFile]) -> Outcome<Key> {
        if let Some(file) = made.iter().find(|file| file.home() == *home) {
            return Ok(file.key.clone());
        }
        match self.find(home)? {
            Some(key) => Ok(key),
            None => Ok(Key::new(machine::seed()?)),
        }
    }

    /// Writes a key file; it and its name are on disk when this returns. One that is there already must hold the same key.
    pub(crate) fn keep(&self, file: &KeyFile) -> Outcome {
        let path = self.path(&file.home());
        match self.find(&file.home())? {
            Some(key) if key == file.key => return Ok(()),
            Some(_) => {
                let message = format!("{} holds another key than the one just made", path.display());
                return Err(Failure::new(Exit::Refused, "file_exists", message).hint(
                    "another process seals into this folder: seal again, which takes the key that is there",
                ));
            }
            None => {}
        }
        self.make()
            .map_err(|error| Failure::file("create", &self.0, &error))?;
        files::write_secret(&path, file.to_text().as_bytes())
    }

    /// Makes the folder and those around it. Each name is on disk when this returns: a key in a folder without a name is lost.
    fn make(&self) -> std::io::Result<()> {
        let missing: Vec<&Path> = self
            .0
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        missing.into_iter().try_for_each(files::sync_folder_of)
    }

    /// Overwrites a key file with zeros and removes it; both are on disk when this returns. False when there was none: a
    /// file that was half destroyed before is finished.
    pub(crate) fn destroy(&self, home: &Home<'_>) -> Outcome<bool> {
        let path = self.path(home);
        let there = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => {
                overwrite(file).map_err(|error| Failure::file("overwrite", &path, &error))?;
                // If the process dies here, zeros are left: no key, and the next run removes the file.
                std::fs::remove_file(&path).map_err(|error| Failure::file("remove", &path, &error))?;
                true
            }
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(Failure::file("overwrite", &path, &error)),
        };
        // Also where it was gone: an earlier run may have died before the folder was synced.
        if self.0.is_dir() {
            files::sync_folder_of(&path).map_err(|error| Failure::file("sync", &self.0, &error))?;
        }
        Ok(there)
    }
}

fn overwrite(mut file: File) -> std::io::Result<()> {
    let bytes = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    file.write_all(&vec![0; bytes])?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use armistice_report::{Origin, ReportId};
    use armistice_sealing::Field;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_private_kept_once_and_destroyed_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let keys = SealedKeys::new(&folder.path().join("sealed-keys"));
        let file = KeyFile {
            ledger: Origin::new("ledger.example/x").unwrap(),
            source: "newsdesk".parse().unwrap(),
            report: ReportId::new("r-1").unwrap(),
            field: Field::new("data.provenance.verbatim").unwrap(),
            key: Key::new([7; 32]),
        };
        let home = file.home();
        assert_eq!(keys.find(&home).unwrap(), None);
        assert!(!keys.destroy(&home).unwrap());
        assert_eq!(
            keys.find_or_make(&home, std::slice::from_ref(&file)).unwrap(),
            file.key
        );
        keys.keep(&file).unwrap();
        keys.keep(&file).unwrap();
        let other = KeyFile {
            key: Key::new([8; 32]),
            ..file.clone()
        };
        assert_eq!(keys.keep(&other).unwrap_err().code, "file_exists");
        assert_eq!(keys.find(&home).unwrap(), Some(Key::new([7; 32])));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&keys.path(&home)), mode(&keys.0)), (0o600, 0o700));

        // A file of zeros is a destruction that was interrupted.
        std::fs::write(keys.path(&home), [0; 100]).unwrap();
        assert_eq!(keys.find(&home).unwrap_err().code, "key_file");
        assert!(keys.destroy(&home).unwrap());
        assert!(!keys.path(&home).exists());
        assert!(!keys.destroy(&home).unwrap());
    }
}
