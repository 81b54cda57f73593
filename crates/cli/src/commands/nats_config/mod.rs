//! `armistice nats-config`: configurations of nats-server for the enrolled producers of a ledger.
//!
//! ```text
//! armistice nats-config --dir ledger --out nats
//! nats/single.conf           the server: yours to change, never written over
//! nats/users.conf            who may do what: written anew each time
//! nats/logins/newsdesk.nk    the seed of a login key, mode 0600, made once
//! nats/contexts/newsdesk.json   server, login and inbox prefix in one file, for --context and for the nats command
//! ```
//! Run it again after a producer was enrolled: the logins that are there stay, the new one is added.
//!
//! A login key is never a signing key: it signs what a server chooses, and a false server could choose a report.
//!
//! What is not here: certificates (their paths are settings), starting a server, and the streams (the ledger makes them;
//! an office's are made by `armistice office`).

mod logins;
mod plan;
mod server;
mod users;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::failure::Outcome;
use crate::files;
use crate::output::{self, Format, Table};
use logins::Logins;
use plan::Plan;

/// Producers in one configuration, read from a ledger or named.
const PRODUCERS_MAX: usize = 10_000;

/// Projections in one configuration.
const PROJECTIONS_MAX: u16 = 99;

/// Flags of `nats-config`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("of").required(true).args(["dir", "ceasefire"]))]
pub(crate) struct Args {
    /// The ledger's folder: its ceasefire and its enrolled producers
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The ceasefire, where no ledger is at hand
    #[arg(long, value_name = "ID")]
    ceasefire: Option<String>,
    /// A producer; with --dir only these of the enrolled ones. An office's configuration names its own
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    producer: Vec<String>,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What the servers are
    #[arg(long, value_enum, default_value_t)]
    shape: Shape,
    /// How many projections get a login: projection-1, projection-2, …
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(0..=i64::from(PROJECTIONS_MAX)))]
    projections: u16,
    /// Somebody who reads views and asks questions, as `armistice watch` does; give it again for each
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    reader: Vec<String>,
    /// A field office that may connect to these servers; give it again for each
    #[arg(long, value_name = "OFFICE", value_delimiter = ',')]
    leaf: Vec<String>,
    /// With --shape office: the office's name, which is its JetStream domain
    #[arg(long, value_name = "NAME", required_if_eq("shape", "office"))]
    office: Option<String>,
    /// With --shape office: the hub's address for leaf nodes, for example `tls://hub.example:7422`
    #[arg(
        long,
        value_name = "URL",
        value_delimiter = ',',
        required_if_eq("shape", "office")
    )]
    hub_url: Vec<String>,
    /// With --shape office: the login that the hub's `nats-config --leaf` made, logins/office-NAME.nk
    #[arg(long, value_name = "FILE", required_if_eq("shape", "office"))]
    hub_login: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

/// Settings of a server file.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Server")]
struct Server {
    /// The name under which clients and the other nodes reach a server; a cluster has three
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    host: Vec<String>,
    /// Where clients connect [default: 127.0.0.1:4222 without TLS, 0.0.0.0:4222 with it]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Where field offices connect, with --leaf [default: 127.0.0.1:7422 without TLS, 0.0.0.0:7422 with it]
    #[arg(long, value_name = "HOST:PORT")]
    leaf_listen: Option<String>,
    /// Where the monitoring pages are
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8222")]
    monitor: String,
    /// The folder of the streams on the server
    #[arg(long, value_name = "DIR", default_value = "/var/lib/nats")]
    store: String,
    /// Uses TLS; a cluster and an office always do
    #[arg(long)]
    tls: bool,
    /// The authority's certificate, as a path on the server
    #[arg(long, value_name = "PATH", default_value = "/etc/nats/tls/ca.pem")]
    tls_ca: String,
    /// The server's certificate, as a path on the server
    #[arg(long, value_name = "PATH", default_value = "/etc/nats/tls/server.pem")]
    tls_cert: String,
    /// The certificate's key, as a path on the server
    #[arg(long, value_name = "PATH", default_value = "/etc/nats/tls/server.key")]
    tls_key: String,
}

/// What the servers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Shape {
    /// One server
    #[default]
    Single,
    /// Three servers that keep three copies and go on when one is lost
    Cluster,
    /// A field office: a leaf node that takes reports while its link is cut
    Office,
}

/// Where a server finds its certificates.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) ca: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Written,
    /// It was there and says the same.
    Unchanged,
    /// It was there and says something else; the new text lies beside it.
    Kept,
}

/// Writes the files, lists them, and says what to do next.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let plan = Plan::new(args)?;
    let mut written = Vec::new();
    files::create_folder(&args.out)?;
    for (name, text) in &plan.servers {
        let path = args.out.join(name);
        written.push((path.clone(), server_file(&path, text)?));
    }
    let mut logins = Logins::open(&args.out)?;
    let users = users::text(&plan.ceasefire, &plan.users, &mut logins)?;
    let path = args.out.join(plan.users_file);
    written.push((path.clone(), generated_file(&path, &users)?));
    if let Some(login) = &args.hub_login {
        let path = args.out.join(plan::HUB_LOGIN_FILE);
        written.push((path.clone(), logins::hub_login(login, &path)?));
    }
    written.extend(logins.written());
    let contexts = args.out.join("contexts");
    files::create_folder(&contexts)?;
    for user in &plan.users {
        if let Some(context) = plan.context(args, user) {
            let path = contexts.join(format!("{}.json", user.name));
            written.push((path.clone(), generated_file(&path, &context)?));
        }
    }
    let printed = print(&written, format);
    if format == Format::Table {
        plan.next(args).iter().for_each(|line| output::remark(line));
    }
    printed
}

/// Writes a file that a person may change: what is there stays, and a new text lies beside it.
fn server_file(path: &Path, text: &str) -> Outcome<Done> {
    match there(path, text)? {
        None => files::write_atomically(path, text.as_bytes()).map(|()| Done::Written),
        Some(true) => Ok(Done::Unchanged),
        Some(false) => {
            let mut beside = path.as_os_str().to_owned();
            beside.push(".new");
            files::write_atomically(Path::new(&beside), text.as_bytes())?;
            Ok(Done::Kept)
        }
    }
}

/// Writes a file that nobody changes by hand.
fn generated_file(path: &Path, text: &str) -> Outcome<Done> {
    if there(path, text)? == Some(true) {
        return Ok(Done::Unchanged);
    }
    files::write_atomically(path, text.as_bytes())?;
    Ok(Done::Written)
}

/// Whether a file is there, and whether it says `text`.
fn there(path: &Path, text: &str) -> Outcome<Option<bool>> {
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(files::read(path)? == text.as_bytes()))
}

fn print(written: &[(PathBuf, Done)], format: Format) -> Outcome {
    let mut table = Table::new("files", &["file", "outcome"]);
    for (path, done) in written {
        let outcome = match done {
            Done::Written => "written",
            Done::Unchanged => "unchanged",
            Done::Kept => "kept; the new text is in the file with .new",
        };
        table.push(vec![json!(path), json!(outcome)]);
    }
    table.print(format)
}
