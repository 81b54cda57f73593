//! Which NATS server, as whom: flags, then the environment, then a context, as users of the `nats` command expect.
//!
//! ```text
//! armistice serve --dir D --nats nats://a.example:4222,nats://b.example:4222 --nkey logins/ledger.nk
//! NATS_URL=nats://a.example:4222 NATS_CREDS=me.creds armistice watch allegations --ceasefire karabakh-2020
//! armistice doctor --context mission --ceasefire karabakh-2020     # ~/.config/nats/context/mission.json
//! ```
//!
//! | what | flag | environment | field of a context |
//! |---|---|---|---|
//! | servers | `--nats` | `NATS_URL` | `url` |
//! | who | `--creds`, `--nkey` | `NATS_CREDS`, `NATS_NKEY`, `NATS_USER` with `NATS_PASSWORD`, `NATS_TOKEN` | `creds`, `nkey`, `user` with `password`, `token` |
//! | TLS | `--tls-ca`, `--tls-cert`, `--tls-key` | `NATS_CA`, `NATS_CERT`, `NATS_KEY` | `ca`, `cert`, `key` |
//! | JetStream domain | `--js-domain` | – | `jetstream_domain` |
//! | inbox prefix | `--inbox-prefix` | – | `inbox_prefix` |
//!
//! Each row is taken whole from the first column that has it: a creds file of a flag is never mixed with a password of the
//! environment. `NATS_USER` without `NATS_PASSWORD` is a token, as the `nats` command reads it. A context is the one that
//! `--context` or `NATS_CONTEXT` names: a file, when the name has a slash, or one below `$XDG_CONFIG_HOME/nats` or `~/.config/nats`; the selected one (`context.txt`)
//! counts only when nothing else names a server, so that its credentials never go to a server that was typed by hand.
//!
//! What is not here: reading credential files and connecting; that is `armistice-bus`.

use std::path::{Path, PathBuf};

use armistice_bus::{Access, Credentials, Error, Patience, Tls};
use armistice_report::CeasefireId;

use crate::failure::{Exit, Failure, Outcome};
use crate::{files, machine};

/// The name that this program's connections have at the server.
const CONNECTION_NAME: &str = "armistice";

/// A context's file, and the folder that its relative paths start from when it is not the working folder.
type ContextFile = (PathBuf, Option<PathBuf>);

/// An environment variable, or nothing.
type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The flags that name a NATS server and a login.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "NATS")]
pub(crate) struct NatsArgs {
    /// A NATS server, nats://HOST:PORT or tls://HOST:PORT; give several for a cluster [env: `NATS_URL`]
    #[arg(long, value_name = "URL", value_delimiter = ',')]
    pub(crate) nats: Vec<String>,
    /// The ceasefire whose streams are meant
    #[arg(long, value_name = "ID")]
    pub(crate) ceasefire: Option<String>,
    /// A credentials file (.creds) to log in with [env: `NATS_CREDS`]
    #[arg(long, value_name = "FILE")]
    pub(crate) creds: Option<PathBuf>,
    /// A file with the seed of a login key, as `nats-config` makes them; never a signing key [env: `NATS_NKEY`]
    #[arg(long, value_name = "FILE", conflicts_with = "creds")]
    pub(crate) nkey: Option<PathBuf>,
    /// The authority that signed the server's certificate [env: `NATS_CA`]
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// This program's own certificate [env: `NATS_CERT`]
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The key of --tls-cert [env: `NATS_KEY`]
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A context of the `nats` command, by its name or its file [env: `NATS_CONTEXT`]
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// The JetStream domain, for the streams of a leaf node's own
    #[arg(long, value_name = "NAME")]
    pub(crate) js_domain: Option<String>,
    /// The prefix of the subjects on which answers come back; `nats-config` writes it into each login's context
    #[arg(long, value_name = "PREFIX")]
    pub(crate) inbox_prefix: Option<String>,
}

impl NatsArgs {
    /// True when a flag names a server. A command that can do without NATS asks this: the environment alone never takes
    /// it to the network.
    pub(crate) fn is_named(&self) -> bool {
        !self.nats.is_empty() || self.context.is_some()
    }

    /// Where to connect and as whom.
    pub(crate) fn access(&self, patience: Patience) -> Outcome<Access> {
        self.resolve(patience, &machine::variable)
    }

    /// The ceasefire of `--ceasefire`, which a command without a ledger's folder cannot do without.
    pub(crate) fn ceasefire(&self) -> Outcome<CeasefireId> {
        let usage = |message: String| Failure::new(Exit::Usage, "usage", message);
        let Some(text) = &self.ceasefire else {
            return Err(usage("no ceasefire named".to_owned())
                .hint("add --ceasefire ID, for example --ceasefire karabakh-2020"));
        };
        CeasefireId::new(text)
            .map_err(|flaw| usage(format!("{text:?} is not a ceasefire's id")).because(&flaw))
    }

    fn resolve(&self, patience: Patience, variable: Variable<'_>) -> Outcome<Access> {
        let url = variable("NATS_URL").filter(|url| !url.is_empty());
        let is_typed = !self.nats.is_empty() || url.is_some();
        let mut access = match self.context_file(is_typed, variable)? {
            Some((path, base)) => from_context(&path, base.as_deref(), variable)?,
            None => Access::new(""),
        };
        if let Some(url) = url {
            access.servers = vec![url];
        }
        if !self.nats.is_empty() {
            access.servers.clone_from(&self.nats);
        }
        access.servers = access
            .servers
            .iter()
            .flat_map(|servers| servers.split(','))
            .map(|server| server.trim().to_owned())
            .filter(|server| !server.is_empty())
            .collect();
        if access.servers.is_empty() {
            return Err(no_server());
        }
        if let Some(credentials) = self.credentials(variable)? {
            access.credentials = Some(credentials);
        }
        self.set_tls(&mut access.tls, variable);
        if let Some(domain) = &self.js_domain {
            access.domain = Some(domain.clone());
        }
        if let Some(prefix) = &self.inbox_prefix {
            access.inbox_prefix = Some(prefix.clone());
        }
        CONNECTION_NAME.clone_into(&mut access.name);
        access.patience = patience;
        Ok(access)
    }

    /// The file of the context that counts, if one does, and the folder that its relative paths start from: for a file
    /// that was named as a file its own, so that it can be carried about with the login beside it.
    fn context_file(&self, is_typed: bool, variable: Variable<'_>) -> Outcome<Option<ContextFile>> {
        let named = self.context.clone().or_else(|| variable("NATS_CONTEXT"));
        let folder = config_folder(variable);
        let name = match named.filter(|name| !name.is_empty()) {
            Some(name) => name,
            None if is_typed => return Ok(None),
            None => match folder.as_deref().and_then(selected) {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        if name.contains('/') {
            let path = PathBuf::from(name);
            let base = path.parent().map(Path::to_owned);
            return Ok(Some((path, base)));
        }
        let Some(folder) = folder else {
            let message = format!("the context {name} is looked for in the home folder, and HOME is not set");
            return Err(Failure::new(Exit::Usage, "usage", message));
        };
        let path = folder.join("context").join(format!("{name}.json"));
        if path.is_file() {
            return Ok(Some((path, None)));
        }
        let message = format!("no context {name}: {} is not there", path.display());
        Err(Failure::new(Exit::NotFound, "no_context", message)
            .hint("`nats context ls` lists the contexts; without one, add --nats URL"))
    }

    fn credentials(&self, variable: Variable<'_>) -> Outcome<Option<Credentials>> {
        if let Some(path) = &self.creds {
            return Ok(Some(Credentials::CredsFile(must_be_file("--creds", path)?)));
        }
        if let Some(path) = &self.nkey {
            return Ok(Some(Credentials::NkeyFile(must_be_file("--nkey", path)?)));
        }
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(path) = set("NATS_CREDS") {
            return Ok(Some(Credentials::CredsFile(must_be_file(
                "NATS_CREDS",
                path.as_ref(),
            )?)));
        }
        if let Some(path) = set("NATS_NKEY") {
            return Ok(Some(Credentials::NkeyFile(must_be_file(
                "NATS_NKEY",
                path.as_ref(),
            )?)));
        }
        Ok(
            match (set("NATS_USER"), set("NATS_PASSWORD"), set("NATS_TOKEN")) {
                (Some(name), Some(password), _) => Some(Credentials::User { name, password }),
                (_, _, Some(token)) | (Some(token), None, None) => Some(Credentials::Token(token)),
                (None, _, None) => None,
            },
        )
    }

    fn set_tls(&self, tls: &mut Tls, variable: Variable<'_>) {
        let path = |name: &str| {
            variable(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        if let Some(ca) = self.tls_ca.clone().or_else(|| path("NATS_CA")) {
            tls.ca = Some(ca);
        }
        // A certificate and its key come from one place.
        let pair = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some((certificate.clone(), key.clone())),
            _ => path("NATS_CERT").zip(path("NATS_KEY")),
        };
        if let Some((certificate, key)) = pair {
            tls.certificate = Some(certificate);
            tls.key = Some(key);
        }
    }
}

fn no_server() -> Failure {
    Failure::new(Exit::Usage, "no_server", "no NATS server named")
        .hint("add --nats nats://HOST:4222, set NATS_URL, or select a context with `nats context select`")
}

/// What an error of the bus means at the command line: `doing` is what could not be done.
pub(crate) fn failure(doing: &str, error: &Error) -> Failure {
    let (exit, code) = match error {
        Error::BadContext { .. }
        | Error::BadAddress { .. }
        | Error::BadSetting { .. }
        | Error::BadCredentials { .. } => (Exit::Usage, "usage"),
        Error::ReadFile { .. } => (Exit::Usage, "file"),
        Error::Unauthorized { .. } => (Exit::NotPermitted, "login_refused"),
        Error::Denied { .. } => (Exit::NotPermitted, "not_permitted"),
        Error::OldServer { .. } | Error::NoJetStream => (Exit::Failed, "server"),
        Error::NoStream { .. } => (Exit::NotFound, "no_stream"),
        Error::StreamDiffers { .. } => (Exit::Refused, "stream_differs"),
        Error::StreamRecreated { .. } | Error::StreamRewound { .. } | Error::ConsumerGone { .. } => {
            (Exit::Failed, "stream_changed")
        }
        _ => (Exit::Failed, "nats"),
    };
    Failure::new(exit, code, doing)
        .because(error)
        .hint_of(hint(error))
}

/// The next step that an error of the bus knows; here it is known by which flag an inbox is named.
pub(crate) fn hint(error: &Error) -> Option<&'static str> {
    match error {
        Error::Denied { subject, .. } if subject.starts_with("_INBOX.") => Some(
            "each login may read its own inbox alone: use the login's --context, or name its inbox with --inbox-prefix",
        ),
        _ => error.hint(),
    }
}

/// A file of secrets. What is no file is never repeated: it may be the seed itself, given in the place of its file.
fn must_be_file(what: &str, path: &Path) -> Outcome<PathBuf> {
    if path.exists() {
        return Ok(path.to_owned());
    }
    let message = format!("{what} names no file (its text is not shown, it could be a secret)");
    Err(Failure::new(Exit::Usage, "login_file", message)
        .hint("name the file that holds the login; `armistice nats-config` makes login keys"))
}

/// The folder in which the `nats` command keeps its contexts.
fn config_folder(variable: Variable<'_>) -> Option<PathBuf> {
    let set = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(base.join("nats"))
}

/// The name of the context that `nats context select` chose.
fn selected(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("context.txt")).ok()?;
    let name = text.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn from_context(path: &Path, base: Option<&Path>, variable: Variable<'_>) -> Outcome<Access> {
    let bytes = files::read(path)?;
    let failed = || {
        let message = format!("{} is not a context of the nats command", path.display());
        Failure::new(Exit::Usage, "context", message)
    };
    let text = String::from_utf8(bytes).map_err(|error| failed().because(&error))?;
    let mut access =
        Access::from_context(&text).map_err(|error| failed().because(&error).hint_of(error.hint()))?;
    let home = variable("HOME").map(PathBuf::from);
    let expand = |path: &mut PathBuf| {
        if let (Some(home), Ok(rest)) = (&home, path.strip_prefix("~")) {
            *path = home.join(rest);
        } else if let Some(base) = base {
            // An absolute path replaces the base.
            *path = base.join(&*path);
        }
    };
    if let Some(Credentials::CredsFile(path) | Credentials::NkeyFile(path)) = &mut access.credentials {
        expand(path);
    }
    let Tls {
        ca, certificate, key, ..
    } = &mut access.tls;
    [ca, certificate, key].into_iter().flatten().for_each(expand);
    Ok(access)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        nats: NatsArgs,
    }

    /// A home with a selected context `mission` and another one, `other`.
    fn home() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let contexts = home.path().join(".config/nats/context");
        std::fs::create_dir_all(&contexts).unwrap();
        std::fs::write(home.path().join(".config/nats/context.txt"), "mission\n").unwrap();
        std::fs::write(
            contexts.join("mission.json"),
            r#"{"description":"","url":"nats://m1:4222,nats://m2:4222","creds":"~/me.creds","ca":"/etc/ca.pem","inbox_prefix":"_INBOX_me"}"#,
        )
        .unwrap();
        std::fs::write(
            contexts.join("other.json"),
            r#"{"url":"nats://other:4222","user":"u","password":"p","jetstream_domain":"office"}"#,
        )
        .unwrap();
        std::fs::write(home.path().join("seed.nk"), "x").unwrap();
        home
    }

    fn check(words: &str, environment: &[(&str, &str)]) -> Outcome<Access> {
        let home = home();
        let home_path = home.path().to_string_lossy().into_owned();
        let words = words.replace('~', &home_path);
        let line = Line::try_parse_from(std::iter::once("x").chain(words.split_whitespace())).unwrap();
        let variable = |name: &str| match name {
            "HOME" => Some(home_path.clone()),
            _ => environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.replace('~', &home_path)),
        };
        line.nats.resolve(Patience::FailFast, &variable)
    }

    fn who(access: &Access) -> String {
        match &access.credentials {
            None => "nobody".to_owned(),
            Some(Credentials::CredsFile(path)) => format!("creds {}", name_of(path)),
            Some(Credentials::NkeyFile(path)) => format!("nkey {}", name_of(path)),
            Some(Credentials::Token(token)) => format!("token {token}"),
            Some(Credentials::User { name, password }) => format!("user {name}:{password}"),
        }
    }

    fn name_of(path: &Path) -> String {
        assert!(path.is_absolute(), "{}", path.display());
        path.file_name().unwrap().to_string_lossy().into_owned()
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_a_context() {
        for (words, environment, servers, login) in [
            ("", &[][..], "nats://m1:4222 nats://m2:4222", "creds me.creds"),
            ("--context other", &[], "nats://other:4222", "user u:p"),
            ("", &[("NATS_CONTEXT", "other")], "nats://other:4222", "user u:p"),
            (
                "--context mission",
                &[("NATS_CONTEXT", "other")],
                "nats://m1:4222 nats://m2:4222",
                "creds me.creds",
            ),
            // The selected context's login never goes to a server that was typed by hand.
            ("--nats nats://a,nats://b", &[], "nats://a nats://b", "nobody"),
            (
                "--nats nats://a --nats nats://b",
                &[("NATS_URL", "nats://c")],
                "nats://a nats://b",
                "nobody",
            ),
            (
                "",
                &[("NATS_URL", "nats://c, nats://d")],
                "nats://c nats://d",
                "nobody",
            ),
            (
                "--context other",
                &[("NATS_URL", "nats://c")],
                "nats://c",
                "user u:p",
            ),
            (
                "--nats nats://a --nkey ~/seed.nk",
                &[("NATS_USER", "u"), ("NATS_PASSWORD", "p")],
                "nats://a",
                "nkey seed.nk",
            ),
            (
                "--nats nats://a",
                &[("NATS_NKEY", "~/seed.nk"), ("NATS_TOKEN", "t")],
                "nats://a",
                "nkey seed.nk",
            ),
            (
                "--nats nats://a",
                &[("NATS_USER", "u"), ("NATS_PASSWORD", "p"), ("NATS_TOKEN", "t")],
                "nats://a",
                "user u:p",
            ),
            ("--nats nats://a", &[("NATS_USER", "u")], "nats://a", "token u"),
            ("--nats nats://a", &[("NATS_TOKEN", "t")], "nats://a", "token t"),
            ("--nats nats://a", &[("NATS_CREDS", "")], "nats://a", "nobody"),
        ] {
            let access = check(words, environment).unwrap();
            assert_eq!(access.servers.join(" "), servers, "{words} {environment:?}");
            assert_eq!(who(&access), login, "{words} {environment:?}");
        }
    }

    #[test]
    fn tls_domain_and_inbox_follow_the_same_order() {
        let access = check(
            "--tls-ca ca --js-domain d",
            &[("NATS_CA", "x"), ("NATS_CERT", "c"), ("NATS_KEY", "k")],
        )
        .unwrap();
        assert_eq!(access.tls.ca.unwrap(), Path::new("ca"));
        assert_eq!(access.tls.certificate.unwrap(), Path::new("c"));
        assert_eq!(access.tls.key.unwrap(), Path::new("k"));
        assert_eq!(access.domain.unwrap(), "d");
        assert_eq!(access.inbox_prefix.unwrap(), "_INBOX_me");
        assert_eq!(check("--context other", &[]).unwrap().domain.unwrap(), "office");
    }

    #[test]
    fn what_is_missing_is_named_and_a_seed_is_not_repeated() {
        let failed = |words: &str, environment: &[(&str, &str)]| {
            let failure = check(words, environment).unwrap_err();
            (failure.exit as u8, failure.code, failure.message)
        };
        assert_eq!(failed("--context none", &[]).1, "no_context");
        let seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
        let (exit, code, message) = failed(&format!("--nats nats://a --nkey {seed}"), &[]);
        assert_eq!((exit, code), (2, "login_file"));
        assert!(!message.contains(seed), "{message}");
        // Without a home there is no context, and so no server.
        let failure = NatsArgs::default()
            .resolve(Patience::FailFast, &|_| None)
            .unwrap_err();
        assert_eq!((failure.exit as u8, failure.code), (2, "no_server"));
    }

    #[test]
    fn the_ceasefire_is_an_id() {
        let with = |ceasefire: Option<&str>| NatsArgs {
            ceasefire: ceasefire.map(str::to_owned),
            ..NatsArgs::default()
        };
        assert_eq!(
            with(Some("karabakh-2020")).ceasefire().unwrap().as_str(),
            "karabakh-2020"
        );
        assert_eq!(with(Some("Not An Id")).ceasefire().unwrap_err().code, "usage");
        assert!(
            with(None)
                .ceasefire()
                .unwrap_err()
                .hint
                .unwrap()
                .contains("--ceasefire")
        );
    }
}
