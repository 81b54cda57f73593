//! What a server says of itself, and whether that is enough.
//!
//! ```text
//! INFO {"server_id":"NB5…","version":"2.14.0","cluster":"three","max_payload":1048576,"jetstream":true, …}
//! ```
//!
//! Two limits, both measured: below 2.10.23 a server can lose a whole stream in a crash and ignores settings that we ask
//! for, so it is refused; below 2.14 it works with more cost, so there is a warning.
//! Source: the INFO line of the NATS client protocol.
//!
//! Whether the server syncs to disk is not in INFO: `doctor` reads it from the monitoring port.

use semver::Version;

use crate::error::Error;

/// The oldest server that is accepted.
pub(crate) const OLDEST: Version = Version::new(2, 10, 23);
/// The oldest server without a warning: the one that the tests run.
pub(crate) const TESTED: Version = Version::new(2, 14, 0);
/// The first server that can acknowledge before it writes (`persist_mode`).
pub(crate) const HAS_PERSIST_MODE: Version = Version::new(2, 12, 0);

/// What the connected server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its version.
    pub version: Version,
    /// Its name, as its configuration has it, or its id.
    pub name: String,
    /// Its id; new at each start.
    pub id: String,
    /// The cluster that it belongs to.
    pub cluster: Option<String>,
    /// The `JetStream` domain that it belongs to.
    pub domain: Option<String>,
    /// The greatest message that it takes, in bytes, headers included.
    pub max_payload: usize,
    /// Whether it, or its cluster, keeps streams.
    pub jetstream: bool,
}

/// Something about the connection that a person should know. Work goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The server is older than the one that is tested.
    #[error("the server {name} is nats-server {found}, older than the tested {tested}")]
    Untested {
        /// The server's name.
        name: String,
        /// Its version.
        found: Version,
        /// The version that the tests run.
        tested: Version,
    },
    /// The server keeps no streams itself.
    #[error("the server {name} does not offer JetStream")]
    NoJetStream {
        /// The server's name.
        name: String,
    },
}

impl Warning {
    /// The next step for a person, one line.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Untested { .. } => "upgrade the server to 2.14 or newer when you can",
            Self::NoJetStream { .. } => {
                "add a `jetstream { store_dir: … }` block to the server's configuration"
            }
        }
    }
}

/// Reads what the server said.
///
/// # Errors
/// [`Error::OldServer`] below 2.10.23, and when the version cannot be read.
pub(crate) fn facts(info: &async_nats::ServerInfo) -> Result<ServerFacts, Error> {
    let version = accepted(&info.version)?;
    Ok(ServerFacts {
        version,
        name: info.server_name.clone(),
        id: info.server_id.clone(),
        cluster: info.cluster.clone().filter(|name| !name.is_empty()),
        domain: info.domain.clone().filter(|name| !name.is_empty()),
        max_payload: info.max_payload,
        jetstream: info.jetstream,
    })
}

/// The version, if it is one that we work with. A preview of a version counts as that version.
fn accepted(text: &str) -> Result<Version, Error> {
    let refused = || Error::OldServer {
        found: text.to_owned(),
        oldest: OLDEST,
    };
    let mut version = Version::parse(text.trim_start_matches('v')).map_err(|_| refused())?;
    version.pre = semver::Prerelease::EMPTY;
    version.build = semver::BuildMetadata::EMPTY;
    if version < OLDEST {
        return Err(refused());
    }
    Ok(version)
}

/// What a person should know about this server.
pub(crate) fn warnings(facts: &ServerFacts) -> Vec<Warning> {
    let mut found = Vec::new();
    if facts.version < TESTED {
        found.push(Warning::Untested {
            name: facts.name.clone(),
            found: facts.version.clone(),
            tested: TESTED,
        });
    }
    if !facts.jetstream {
        found.push(Warning::NoJetStream {
            name: facts.name.clone(),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_are_refused() {
        for old in ["2.9.10", "2.10.22", "2.10.0", "1.4.1", "", "latest"] {
            assert!(
                matches!(accepted(old), Err(Error::OldServer { .. })),
                "{old} was accepted"
            );
        }
        for new in ["2.10.23", "2.11.0", "2.14.0", "2.14.0-RC.1", "v2.15.0", "3.0.0"] {
            assert!(accepted(new).is_ok(), "{new} was refused");
        }
    }

    #[test]
    fn untested_servers_give_a_warning() {
        let warned = |version: &str, jetstream| {
            let facts = ServerFacts {
                version: accepted(version).unwrap(),
                name: "n".to_owned(),
                id: "i".to_owned(),
                cluster: None,
                domain: None,
                max_payload: 1,
                jetstream,
            };
            warnings(&facts).len()
        };
        assert_eq!(warned("2.10.23", true), 1);
        assert_eq!(warned("2.13.9", true), 1);
        assert_eq!(warned("2.14.0", true), 0);
        assert_eq!(warned("2.15.0", true), 0);
        assert_eq!(warned("2.14.0-preview.1", true), 0);
        assert_eq!(warned("2.12.0", false), 2);
    }
}
