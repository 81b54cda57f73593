//! What `armistice nats-config` is going to write: decided before the first file is touched.

use std::path::Path;

use armistice_bus::Role;
use armistice_report::{CeasefireId, ProducerName};
use serde_json::json;

use super::server::{self, CLIENT_PORT, CLUSTER_NODES, Common, HUB_DOMAIN, LEAF_PORT};
use super::users::{Rights, User};
use super::{Args, PRODUCERS_MAX, Paths, Shape};
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;

/// The file that an office's configuration includes for its login at the hub.
pub(crate) const HUB_LOGIN_FILE: &str = "hub-login.conf";

/// What is going to be written.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) ceasefire: CeasefireId,
    /// The server files by their names.
    pub(crate) servers: Vec<(String, String)>,
    pub(crate) users_file: &'static str,
    pub(crate) users: Vec<User>,
    /// Where clients connect.
    urls: Vec<String>,
    uses_tls: bool,
}

impl Plan {
    pub(crate) fn new(args: &Args) -> Outcome<Self> {
        let (ceasefire, producers) = ceasefire_and_producers(args)?;
        let users_file = match args.shape {
            Shape::Office => "office-users.conf",
            Shape::Single | Shape::Cluster => "users.conf",
        };
        let uses_tls = args.server.tls || args.shape != Shape::Single;
        let hosts = hosts(args)?;
        Ok(Self {
            servers: servers(args, &hosts, uses_tls, users_file)?,
            users_file,
            users: all_users(args, &producers)?,
            urls: urls(args, &hosts, uses_tls),
            uses_tls,
            ceasefire,
        })
    }

    /// A context of the `nats` command for one user. Its seed is named relative to the context, so that both can be
    /// given away together.
    pub(crate) fn context(&self, args: &Args, user: &User) -> Option<String> {
        let inbox_prefix = user.inbox_prefix()?;
        let mut context = json!({
            "description": format!("{} of {}", user.name, self.ceasefire),
            "url": self.urls.join(","),
            "nkey": format!("../logins/{}.nk", user.name),
            "inbox_prefix": inbox_prefix,
        });
        if self.uses_tls {
            context["ca"] = json!(args.server.tls_ca);
        }
        Some(format!("{context:#}\n"))
    }

    /// What to do with the files.
    pub(crate) fn next(&self, args: &Args) -> Vec<String> {
        let out = args.out.display();
        let mut lines = vec!["next:".to_owned()];
        for (name, _) in &self.servers {
            lines.push(format!(
                "  nats-server -t -c {out}/{name}    # then the same without -t"
            ));
        }
        let first = self
            .users
            .iter()
            .find(|user| matches!(user.rights, Rights::Of(Role::Producer(_))));
        match args.shape {
            Shape::Office => lines.push(format!(
                "  armistice office --context {out}/contexts/operator.json --ceasefire {} --hub-domain {HUB_DOMAIN}",
                self.ceasefire
            )),
            Shape::Single | Shape::Cluster => {
                let replicas = match args.shape {
                    Shape::Cluster => format!(" --replicas {CLUSTER_NODES}"),
                    Shape::Single | Shape::Office => String::new(),
                };
                let dir = args.dir.as_deref().unwrap_or_else(|| Path::new("DIR")).display();
                lines.push(format!(
                    "  armistice serve --dir {dir} --context {out}/contexts/ledger.json{replicas}"
                ));
                lines.push(format!(
                    "  armistice project --ceasefire {} --ledger VKEY --name 1 --state STATE --context {out}/contexts/projection-1.json{replicas}",
                    self.ceasefire
                ));
            }
        }
        if let Some(user) = first {
            lines.push(format!(
                "  armistice submit --context {out}/contexts/{0}.json --ceasefire {1} --ledger VKEY --key {0}.key --outbox OUTBOX FILE",
                user.name, self.ceasefire
            ));
        }
        lines.push("each login goes to its user alone; a login key is never a signing key".to_owned());
        lines
    }
}

/// The ceasefire, and the names of the producers who get a login.
fn ceasefire_and_producers(args: &Args) -> Outcome<(CeasefireId, Vec<String>)> {
    let usage = |message: String| Failure::new(Exit::Usage, "usage", message);
    let mut named = Vec::new();
    for name in &args.producer {
        let name = ProducerName::new(name)
            .map_err(|flaw| usage(format!("{name:?} is not a producer's name")).because(&flaw))?;
        named.push(name.to_string());
    }
    named.sort();
    named.dedup();
    let (ceasefire, producers) = if let Some(dir) = &args.dir {
        let (ceasefire, enrolled) = enrolled(dir)?;
        if let Some(stranger) = named.iter().find(|name| !enrolled.contains(name)) {
            let message = format!("{stranger} is not enrolled in {}", dir.display());
            return Err(Failure::new(Exit::NotFound, "no_producer", message)
                .hint("enrol it first: `armistice producer enrol NAME --dir DIR --key VKEY --may claim`"));
        }
        (ceasefire, if named.is_empty() { enrolled } else { named })
    } else {
        let text = args.ceasefire.as_deref().unwrap_or_default();
        let ceasefire = CeasefireId::new(text)
            .map_err(|flaw| usage(format!("{text:?} is not a ceasefire's id")).because(&flaw))?;
        (ceasefire, named)
    };
    if producers.len() > PRODUCERS_MAX {
        let message = format!("{} producers are more than {PRODUCERS_MAX}", producers.len());
        return Err(usage(message).hint("name those who need a login with --producer"));
    }
    Ok((ceasefire, producers))
}

/// The ceasefire of a ledger, and its producers with a valid key. The ledger itself and its operator are none of them.
fn enrolled(dir: &Path) -> Outcome<(CeasefireId, Vec<String>)> {
    /// Numbers below this are the ledger's and the operator's own.
    const FIRST_PRODUCER: u32 = 2;
    let folder = LedgerFolder::new(dir);
    let log = folder.open_to_read().map_err(|failure| {
        if failure.code == "ledger_locked" {
            failure.hint(
                "`serve` holds the ledger: name the producers instead, with --ceasefire ID --producer NAME",
            )
        } else {
            failure
        }
    })?;
    let state = folder.state(&log.reader)?;
    let registry = state.registry();
    let producers = registry
        .producers()
        .filter(|(_, producer)| producer.number >= FIRST_PRODUCER && producer.has_valid_key())
        .map(|(name, _)| name.to_owned())
        .collect();
    Ok((registry.founding.ceasefire.clone(), producers))
}

fn hosts(args: &Args) -> Outcome<Vec<String>> {
    let expected = match args.shape {
        Shape::Cluster => CLUSTER_NODES,
        Shape::Single | Shape::Office => 1,
    };
    let hosts = match (&args.server.host[..], args.shape) {
        ([], Shape::Cluster) => (1..=CLUSTER_NODES).map(|n| format!("nats-{n}")).collect(),
        ([], Shape::Single | Shape::Office) => vec!["127.0.0.1".to_owned()],
        (hosts, _) => hosts.to_vec(),
    };
    if hosts.len() == expected {
        return Ok(hosts);
    }
    let message = format!("--host was given {} names, expected {expected}", hosts.len());
    Err(Failure::new(Exit::Usage, "usage", message))
}

fn servers(args: &Args, hosts: &[String], tls: bool, users: &str) -> Outcome<Vec<(String, String)>> {
    // Without TLS nobody connects from another machine, unless the caller says so.
    let address = if tls { "0.0.0.0" } else { "127.0.0.1" };
    let or = |given: &Option<String>, port: u16| given.clone().unwrap_or_else(|| format!("{address}:{port}"));
    let common = Common {
        listen: or(&args.server.listen, CLIENT_PORT),
        monitor: args.server.monitor.clone(),
        store: args.server.store.clone(),
        tls: tls.then(|| Paths {
            ca: args.server.tls_ca.clone(),
            certificate: args.server.tls_cert.clone(),
            key: args.server.tls_key.clone(),
        }),
        leaf_listen: (!args.leaf.is_empty()).then(|| or(&args.server.leaf_listen, LEAF_PORT)),
    };
    Ok(match args.shape {
        Shape::Single => vec![("single.conf".to_owned(), server::single(&common, users))],
        Shape::Cluster => (1..=hosts.len())
            .map(|number| {
                let text = server::node(&common, hosts, number, users);
                (format!("cluster-{number}.conf"), text)
            })
            .collect(),
        Shape::Office => {
            let name = domain(args.office.as_deref().unwrap_or_default())?;
            let text = server::office(&common, &name, &args.hub_url, HUB_LOGIN_FILE, users);
            vec![("office.conf".to_owned(), text)]
        }
    })
}

/// A JetStream domain, which is one token of a subject.
fn domain(name: &str) -> Outcome<String> {
    let is_token = !name.is_empty()
        && name.len() <= 32
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_token && name != HUB_DOMAIN {
        return Ok(name.to_owned());
    }
    let message = format!("{name:?} cannot be an office's name");
    Err(Failure::new(Exit::Usage, "usage", message).hint(format!(
        "at most 32 lower-case letters, digits and hyphens, and not {HUB_DOMAIN}, for example erebuni"
    )))
}

fn urls(args: &Args, hosts: &[String], tls: bool) -> Vec<String> {
    let listen = args.server.listen.as_deref().unwrap_or_default();
    let port = match listen.rsplit_once(':') {
        Some((_, port)) => port.to_owned(),
        None => CLIENT_PORT.to_string(),
    };
    let scheme = if tls { "tls" } else { "nats" };
    hosts
        .iter()
        .map(|host| format!("{scheme}://{host}:{port}"))
        .collect()
}

/// Everybody who may connect, in the order of the file.
fn all_users(args: &Args, producers: &[String]) -> Outcome<Vec<User>> {
    let user = |name: &str, what: &'static str, rights| User {
        name: name.to_owned(),
        what,
        rights,
    };
    let mut users = Vec::new();
    if args.shape != Shape::Office {
        users.push(user(
            "ledger",
            "the only writer of entries, checkpoints and receipts",
            Rights::Of(Role::Ledger),
        ));
        for number in 1..=args.projections {
            users.push(user(
                &format!("projection-{number}"),
                "reads entries, writes views, answers questions",
                Rights::Of(Role::Projection(number.to_string())),
            ));
        }
        users.push(user(
            "auditor",
            "reads everything, writes nothing",
            Rights::Of(Role::Auditor("auditor".to_owned())),
        ));
    }
    users.push(user(
        "operator",
        "makes, changes and deletes streams, publishes nothing",
        Rights::Operator,
    ));
    for name in &args.leaf {
        let office = domain(name)?;
        users.push(user(
            &format!("office-{office}"),
            "the server of a field office",
            Rights::Office(office.clone()),
        ));
    }
    let producers = producers.iter().map(|name| {
        let role = Role::Producer(name.clone());
        user(name, "a producer, who submits as itself alone", Rights::Of(role))
    });
    let readers = args.reader.iter().map(|name| {
        let role = Role::Reader(name.clone());
        user(name, "reads views and asks questions", Rights::Of(role))
    });
    for named in producers.chain(readers) {
        let is_name = ProducerName::new(&named.name).is_ok();
        if !is_name || users.iter().any(|user| user.name == named.name) {
            let message = format!("{:?} cannot be the name of another login", named.name);
            return Err(Failure::new(Exit::Refused, "login_name", message).hint(
                "one name, one login; those of the roles are ledger, projection-N, auditor, operator and office-NAME",
            ));
        }
        users.push(named);
    }
    Ok(users)
}
