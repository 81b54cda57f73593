//! Files that other programs rely on: written whole or not at all, and never over something else.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::failure::{Exit, Failure, Outcome};

/// Bytes of a file, a pipe or standard input that a command reads: all of it is held in memory, reports as well. About
/// 50,000 reports of 1.2 kB; more go in several files.
pub(crate) const FILE_BYTES_MAX: u64 = 64 << 20;

/// Reads a file or a named pipe whole. Nothing that is longer than [`FILE_BYTES_MAX`] is cut: it is refused.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    read_whole(file, path)
}

/// Reads standard input whole, with the same limit.
pub(crate) fn read_standard_input() -> Outcome<Vec<u8>> {
    read_whole(std::io::stdin().lock(), Path::new("standard input"))
}

fn read_whole(from: impl Read, name: &Path) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than is allowed tells a full input from one that is too long.
    from.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::file("read", name, &error))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let message = format!("{} is longer than {FILE_BYTES_MAX} bytes", name.display());
        return Err(Failure::new(Exit::Usage, "file_too_large", message)
            .hint("split the file and give the parts one after the other; nothing was done with it"));
    }
    Ok(bytes)
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

/// Waits until the names in the folder of `path` are on disk.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
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
    fn what_is_too_long_is_refused_and_never_cut() {
        let zeros = |bytes: u64| read_whole(std::io::repeat(0).take(bytes), Path::new("standard input"));
        assert_eq!(zeros(FILE_BYTES_MAX).unwrap().len() as u64, FILE_BYTES_MAX);
        let failure = zeros(FILE_BYTES_MAX + 1).unwrap_err();
        assert_eq!((failure.exit as u8, failure.code), (2, "file_too_large"));
        assert!(failure.hint.unwrap().starts_with("split the file"));
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
