//! Login keys: the Ed25519 keys by which NATS knows a user.
//!
//! ```
//! let login = armistice_bus::new_login();
//! assert!(login.public.starts_with('U'));
//! assert_eq!(armistice_bus::public_of(&login.seed).unwrap(), login.public);
//! ```
//!
//! The public key stands in the server's configuration (`users: [{ nkey: "U..." }]`), the seed in a file of the user.
//! Source: the `nkeys` of NATS.
//!
//! A login key never signs a report: logging in signs whatever a server chooses, and a false server could choose the text
//! of a report. Reports have keys of their own (`docs/formats/signed-note.md`).

use std::fmt;

use crate::error::Error;

/// A new user's keys.
#[derive(Clone)]
pub struct Login {
    /// The public key: `U` and 55 characters. For the server's configuration.
    pub public: String,
    /// The secret: `SU` and 56 characters. For the user's own file.
    pub seed: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// Makes the keys of a new user from the system's randomness.
///
/// # Panics
/// When the system has no randomness to give.
pub fn new_login() -> Login {
    let pair = nkeys::KeyPair::new_user();
    Login {
        public: pair.public_key(),
        seed: pair.seed().expect("a new pair holds its seed"),
    }
}

/// The public key of a seed. White space around the seed is ignored.
///
/// # Errors
/// [`Error::BadCredentials`] when it is not the seed of a user.
pub fn public_of(seed: &str) -> Result<String, Error> {
    let pair = nkeys::KeyPair::from_seed(seed.trim()).map_err(|source| Error::BadCredentials {
        what: "a login key's seed",
        source: source.into(),
    })?;
    let public = pair.public_key();
    if public.starts_with('U') {
        Ok(public)
    } else {
        Err(Error::BadCredentials {
            what: "a login key's seed",
            source: "it belongs to an account, an operator or a server, not to a user".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_user_and_keeps_its_secret_out_of_debug() {
        let login = new_login();
        assert_eq!(public_of(&format!("{}\n", login.seed)).unwrap(), login.public);
        assert!(!format!("{login:?}").contains(&login.seed));
        assert!(public_of("SUAXXXX").is_err());
        let account = nkeys::KeyPair::new_account().seed().unwrap();
        assert!(public_of(&account).is_err());
    }
}
