//! Files that other programs rely on: written whole or not at all, and never over something else.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// Bytes of a file that a command reads whole; reports are read line by line instead.
pub(crate) const FILE_BYTES_MAX: u64 = 64 << 20;

/// Reads a small file whole.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    let failed = |error: std::io::Error| Failure::file("read", path, &error);
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > FILE_BYTES_MAX {
        let error = std::io::Error::other(format!("{bytes} bytes; at most {FILE_BYTES_MAX} are read"));
        return Err(failed(error));
    }
    fs::read(path).map_err(failed)
}

/// Creates a folder and its parents.
pub(crate) fn create_folder(path: &Path) -> Outcome {
    fs::create_dir_all(path).map_err(|error| Failure::file("create", path, &error))
}

/// Writes a new file that only its owner may read. Never overwrites; on disk when this returns.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Outcome {
    let failed = |error: std::io::Error| Failure::file("create", path, &error);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    sync_folder_of(path).map_err(failed)
}

/// Writes a file through a temporary name beside it: a reader sees the old bytes or all of the new ones. The new bytes
/// are on disk when this returns.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Outcome {
    write_renamed(path, bytes, true).map_err(|error| Failure::file("write", path, &error))
}

/// The same, but a power cut may lose or empty the file until the file system is synced ([`sync_all_under`]).
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Outcome {
    write_renamed(path, bytes, false).map_err(|error| Failure::file("write", path, &error))
}

/// Waits until everything written so far on the file system of `folder` is on disk.
pub(crate) fn sync_all_under(folder: &Path) -> Outcome {
    let failed = |error: std::io::Error| Failure::file("sync", folder, &error);
    let folder_file = File::open(folder).map_err(failed)?;
    rustix::fs::syncfs(folder_file).map_err(|error| failed(error.into()))
}

fn write_renamed(path: &Path, bytes: &[u8], durable: bool) -> std::io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    if durable {
        file.sync_all()?;
    }
    fs::rename(&temporary, path)?;
    if durable { sync_folder_of(path) } else { Ok(()) }
}

fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn secrets_are_the_owners_and_are_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        write_secret(&path, b"secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let failure = write_secret(&path, b"other").unwrap_err();
        assert_eq!((failure.exit as u8, failure.code), (6, "file_exists"));
        assert_eq!(fs::read(&path).unwrap(), b"secret");
    }

    #[test]
    fn an_atomic_write_replaces_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("head");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
