//! Who connects to what: plain data, until [`crate::Bus::connect`] reads the files that it names.
//!
//! ```
//! use armistice_bus::{Access, Credentials, Patience};
//! let mut access = Access::new("tls://nats.example.org:4222");
//! access.credentials = Some(Credentials::NkeyFile("desk.nk".into()));
//! access.inbox_prefix = Some("_INBOX_desk".to_owned());
//! access.patience = Patience::Retry;
//! ```
//!
//! Nothing here reads the environment: the command line knows `NATS_URL` and its siblings and fills these fields.
//! Secrets are paths, except where NATS itself has them as values; `Debug` shows none.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use async_nats::ConnectOptions;

use crate::error::Error;

/// Time to connect to one address, handshake included.
const CONNECT_MS_MAX: u64 = 5_000;
/// Time to wait for an answer that the caller gave no other limit for.
const REQUEST_MS_DEFAULT: u64 = 5_000;
/// Wait between attempts to connect again: the first ones, and from the eighth on. A server that is back is found within
/// the longer one, so that work resumes within a second; a second holds four attempts, which costs nobody anything.
const RECONNECT_MS_FIRST: u64 = 50;
const RECONNECT_MS_LATER: u64 = 250;
const RECONNECT_FIRST_ATTEMPTS: usize = 8;
/// Silence after which the client asks whether the server is still there. Two unanswered pings close the connection, so a
/// host that vanished without a word is noticed within three times this.
const PING_MS: u64 = 5_000;
/// Commands that wait to be written to the connection. With messages of 64 KiB this is 256 MiB, with 1 KiB 4 MiB.
const COMMANDS_QUEUED_MAX: usize = 4_096;
/// Messages that wait to be read, for each subscription. A pull never asks for more than 2,048 at once.
const SUBSCRIPTION_QUEUED_MAX: usize = 16_384;

/// How to reach a server, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Addresses such as `nats://host:4222` or `tls://host:4222`; any of one cluster will do.
    pub servers: Vec<String>,
    /// As whom; `None` where the server asks for nothing, or where the address holds a user and a password.
    pub credentials: Option<Credentials>,
    /// Certificates.
    pub tls: Tls,
    /// Where answers come to, `_INBOX` if `None`. A user of their own prefix cannot read the answers to others.
    pub inbox_prefix: Option<String>,
    /// The connection's name, as `nats server report connections` shows it.
    pub name: String,
    /// What happens when no server answers at first.
    pub patience: Patience,
    /// The `JetStream` domain to speak to, when it is not the connected server's own.
    pub domain: Option<String>,
    /// Longest wait for one answer, in milliseconds.
    pub request_ms_max: u64,
}

/// As whom to connect.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A `.creds` file: a JWT and its seed.
    CredsFile(PathBuf),
    /// A file with the seed of a login key.
    NkeyFile(PathBuf),
    /// A token.
    Token(String),
    /// A user and a password.
    User {
        /// The user.
        name: String,
        /// The password.
        password: String,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CredsFile(path) => f.debug_tuple("CredsFile").field(path).finish(),
            Self::NkeyFile(path) => f.debug_tuple("NkeyFile").field(path).finish(),
            Self::Token(_) => f.write_str("Token(..)"),
            Self::User { name, .. } => f.debug_struct("User").field("name", name).finish_non_exhaustive(),
        }
    }
}

/// Certificates of the connection; all are PEM files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Who signs the server's certificate, when the system does not know them.
    pub ca: Option<PathBuf>,
    /// Our certificate, when the server asks for one.
    pub certificate: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
    /// Speak TLS from the first byte (`handshake_first` in the server's configuration).
    pub first: bool,
}

/// What happens when no server answers at first. Later losses are always mended in the background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Fail: for commands that a person waits for.
    #[default]
    FailFast,
    /// Try until a server answers: for services.
    Retry,
}

impl Access {
    /// Access to a server that asks for nothing. Several addresses may be given, separated by commas.
    pub fn new(server: impl Into<String>) -> Self {
        let servers = server.into();
        Self {
            servers: servers
                .split(',')
                .map(|server| server.trim().to_owned())
                .filter(|server| !server.is_empty())
                .collect(),
            credentials: None,
            tls: Tls::default(),
            inbox_prefix: None,
            name: "armistice".to_owned(),
            patience: Patience::default(),
            domain: None,
            request_ms_max: REQUEST_MS_DEFAULT,
        }
    }

    /// Access as a context of the `nats` command describes it: the text of `~/.config/nats/context/NAME.json`.
    /// Paths are kept as they stand there, a leading `~` included.
    ///
    /// # Errors
    /// [`Error::BadContext`] when it is not such a text, names no server, or uses a field that is not supported.
    pub fn from_context(json: &str) -> Result<Self, Error> {
        crate::context::read(json)
    }

    pub(crate) fn request_max(&self) -> Duration {
        Duration::from_millis(self.request_ms_max)
    }

    /// The addresses as they may be shown: without users and passwords.
    pub(crate) fn shown_servers(&self) -> String {
        let shown: Vec<String> = self
            .servers
            .iter()
            .map(|server| without_secrets(server))
            .collect();
        shown.join(", ")
    }

    /// The addresses as the client library takes them.
    pub(crate) fn addresses(&self) -> Result<Vec<async_nats::ServerAddr>, Error> {
        if self.servers.is_empty() {
            return Err(Error::BadSetting {
                setting: "servers",
                reason: "no address is given".to_owned(),
            });
        }
        let parse = |server: &String| {
            server
                .parse()
                .map_err(|source: std::io::Error| Error::BadAddress {
                    address: without_secrets(server),
                    source: source.into(),
                })
        };
        self.servers.iter().map(parse).collect()
    }

    /// Reads the files and makes the client library's options.
    pub(crate) fn options(&self, addresses: &[async_nats::ServerAddr]) -> Result<ConnectOptions, Error> {
        let mut options = ConnectOptions::new()
            .name(&self.name)
            .connection_timeout(Duration::from_millis(CONNECT_MS_MAX))
            .request_timeout(Some(self.request_max()))
            .ping_interval(Duration::from_millis(PING_MS))
            .client_capacity(COMMANDS_QUEUED_MAX)
            .subscription_capacity(SUBSCRIPTION_QUEUED_MAX)
            .reconnect_delay_callback(reconnect_delay);
        if let Some(prefix) = &self.inbox_prefix {
            options = options.custom_inbox_prefix(checked_prefix(prefix)?);
        }
        if self.patience == Patience::Retry {
            options = options.retry_on_initial_connect();
        }
        if let Some(ca) = &self.tls.ca {
            options = options.add_root_certificates(readable(ca)?).require_tls(true);
        }
        match (&self.tls.certificate, &self.tls.key) {
            (None, None) => {}
            (Some(certificate), Some(key)) => {
                options = options
                    .add_client_certificate(readable(certificate)?, readable(key)?)
                    .require_tls(true);
            }
            _ => {
                return Err(Error::BadSetting {
                    setting: "tls",
                    reason: "a certificate and its key belong together".to_owned(),
                });
            }
        }
        if self.tls.first {
            options = options.tls_first();
        }
        self.log_in(options, addresses)
    }

    fn log_in(
        &self,
        options: ConnectOptions,
        addresses: &[async_nats::ServerAddr],
    ) -> Result<ConnectOptions, Error> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|source| Error::ReadFile {
                path: path.clone(),
                source,
            })
        };
        match &self.credentials {
            Some(Credentials::CredsFile(path)) => {
                options
                    .credentials(&read(path)?)
                    .map_err(|source| Error::BadCredentials {
                        what: "the credentials file",
                        source: source.into(),
                    })
            }
            Some(Credentials::NkeyFile(path)) => {
                let text = read(path)?;
                let seed = seed_in(&text);
                crate::login::public_of(seed)?;
                Ok(options.nkey(seed.to_owned()))
            }
            Some(Credentials::Token(token)) => Ok(options.token(token.clone())),
            Some(Credentials::User { name, password }) => {
                Ok(options.user_and_password(name.clone(), password.clone()))
            }
            // The client library does not log in with what an address holds.
            None => Ok(
                match addresses
                    .iter()
                    .find_map(|address| Some((address.username()?, address.password())))
                {
                    Some((name, Some(password))) => {
                        options.user_and_password(name.to_owned(), password.to_owned())
                    }
                    Some((token, None)) => options.token(token.to_owned()),
                    None => options,
                },
            ),
        }
    }
}

/// The seed in a file of `nk -gen user`: the first line that is not empty and no comment.
fn seed_in(text: &str) -> &str {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with('-'))
        .unwrap_or_default()
}

fn reconnect_delay(attempts: usize) -> Duration {
    match attempts {
        0 | 1 => Duration::ZERO,
        _ if attempts <= RECONNECT_FIRST_ATTEMPTS => Duration::from_millis(RECONNECT_MS_FIRST),
        _ => Duration::from_millis(RECONNECT_MS_LATER),
    }
}

/// A wrong prefix would show only in answers that never come.
fn checked_prefix(prefix: &str) -> Result<&str, Error> {
    let is_subject = !prefix.is_empty()
        && prefix.split('.').all(|token| !token.is_empty())
        && prefix
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'*' && byte != b'>');
    if is_subject {
        Ok(prefix)
    } else {
        Err(Error::BadSetting {
            setting: "inbox_prefix",
            reason: format!("{prefix:?} is not a subject without wildcards"),
        })
    }
}

/// Looks at the file now: the client library would look only when it connects, and call it an I/O error.
fn readable(path: &PathBuf) -> Result<PathBuf, Error> {
    std::fs::File::open(path).map_err(|source| Error::ReadFile {
        path: path.clone(),
        source,
    })?;
    Ok(path.clone())
}

fn without_secrets(server: &str) -> String {
    match (server.find("://"), server.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}{}", &server[..scheme + 3], &server[at + 1..]),
        (None, Some(at)) => server[at + 1..].to_owned(),
        _ => server.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_addresses_come_with_commas() {
        let access = Access::new("nats://a:1, tls://b:2,");
        assert_eq!(access.servers, ["nats://a:1", "tls://b:2"]);
        assert!(Access::new("").addresses().is_err());
        assert!(Access::new("not an address").addresses().is_err());
    }

    #[test]
    fn passwords_are_not_shown() {
        let mut access = Access::new("nats://me:secret@a:1,me:secret@b");
        assert_eq!(access.shown_servers(), "nats://a:1, b");
        access.credentials = Some(Credentials::User {
            name: "me".to_owned(),
            password: "secret".to_owned(),
        });
        access.servers.clear();
        assert!(!format!("{access:?}").contains("secret"));
    }

    #[test]
    fn attempts_to_connect_again_are_never_far_apart() {
        assert_eq!(reconnect_delay(1), Duration::ZERO);
        for attempts in 2..1_000 {
            let delay = reconnect_delay(attempts);
            assert!((50..=250).contains(&delay.as_millis()), "{attempts}");
        }
    }

    #[test]
    fn inbox_prefixes_are_checked() {
        for good in ["_INBOX_desk", "_INBOX.desk"] {
            assert!(checked_prefix(good).is_ok());
        }
        for bad in ["", ".", "a.", "a.*", ">", "a b"] {
            assert!(checked_prefix(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn seeds_stand_alone_or_below_comments() {
        assert_eq!(seed_in("SUABC\n"), "SUABC");
        assert_eq!(seed_in("# a key\n\n  SUABC  \n"), "SUABC");
        assert_eq!(
            seed_in("-----BEGIN USER NKEY SEED-----\nSUABC\n------END USER NKEY SEED------\n"),
            "SUABC"
        );
        assert_eq!(seed_in(""), "");
    }
}
