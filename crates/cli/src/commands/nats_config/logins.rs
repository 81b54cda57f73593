//! Login keys on disk: made once, kept for ever, readable by their owner alone.
//!
//! ```text
//! logins/newsdesk.nk    SUAK…   58 characters and a line feed, mode 0600
//! ```
//! The seed goes to the user, over a way that others cannot read; only its public half stands in a configuration.
//! Deleting a file makes a new login at the next run, and the old one ends with the server's next reload.

use std::path::{Path, PathBuf};

use super::Done;
use crate::failure::{Exit, Failure, Outcome};
use crate::files;

/// The folder of the seeds.
#[derive(Debug)]
pub(crate) struct Logins {
    folder: PathBuf,
    written: Vec<(PathBuf, Done)>,
}

impl Logins {
    /// The folder `logins` of `out`, made if it is not there, for its owner alone.
    pub(crate) fn open(out: &Path) -> Outcome<Self> {
        use std::os::unix::fs::PermissionsExt;
        let folder = out.join("logins");
        files::create_folder(&folder)?;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))
            .map_err(|error| Failure::file("protect", &folder, &error))?;
        Ok(Self {
            folder,
            written: Vec::new(),
        })
    }

    /// The public key of this user, from the seed that is there or from a new one.
    pub(crate) fn public(&mut self, user: &str) -> Outcome<String> {
        let path = self.folder.join(format!("{user}.nk"));
        if path.exists() {
            let public = public_of(&path)?;
            self.written.push((path, Done::Unchanged));
            return Ok(public);
        }
        let login = armistice_bus::new_login();
        files::write_secret(&path, format!("{}\n", login.seed).as_bytes())?;
        self.written.push((path, Done::Written));
        Ok(login.public)
    }

    /// What became of each seed, in the order in which they were asked for.
    pub(crate) fn written(self) -> Vec<(PathBuf, Done)> {
        self.written
    }
}

/// The public key of a seed's file.
fn public_of(path: &Path) -> Outcome<String> {
    let bytes = files::read(path)?;
    armistice_bus::public_of(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "login_file",
            format!("{} holds no login key", path.display()),
        )
        .because(&error)
        .hint("move the file away to have a new login made; the user needs the new file then")
    })
}

/// Writes the part of an office's configuration that holds its login at the hub. nats-server reads a leaf's seed from its
/// configuration alone, so it stands in a file of its own that is included.
pub(crate) fn hub_login(login: &Path, to: &Path) -> Outcome<Done> {
    public_of(login)?;
    let seed = files::read(login)?;
    let text = format!("nkey: {:?}\n", String::from_utf8_lossy(&seed).trim());
    match std::fs::read(to) {
        Ok(there) if there == text.as_bytes() => return Ok(Done::Unchanged),
        // A new login of the hub replaces the old one; both are secrets that the hub knows.
        Ok(_) => std::fs::remove_file(to).map_err(|error| Failure::file("replace", to, &error))?,
        Err(_) => {}
    }
    files::write_secret(to, text.as_bytes())?;
    Ok(Done::Written)
}
