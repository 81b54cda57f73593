//! The text of a server's configuration file: ports, store, TLS, routes, leaf nodes. Users are in a file that it includes.
//!
//! ```text
//! server_name: "armistice-1"
//! listen: "0.0.0.0:4222"
//! jetstream { store_dir: "/var/lib/nats", domain: "hub", sync_interval: always }
//! include "users.conf"
//! ```
//! Source: the configuration reference of nats-server 2.14. Every text is a quoted string: a bare `off` is a boolean there.
//!
//! What is not here: users and what they may do (`users.rs`), and limits of streams, which the ledger sets itself.

use std::fmt::Write;

use super::Paths;

/// The JetStream domain of the servers that the ledger is connected to. Offices source from it and are sourced by it.
pub(crate) const HUB_DOMAIN: &str = "hub";

/// The account of everybody who has to do with a ceasefire's streams.
pub(crate) const ACCOUNT: &str = "ARMISTICE";

/// Servers of a cluster. Three is the smallest number that goes on when one is lost.
pub(crate) const CLUSTER_NODES: usize = 3;

/// The port on which clients connect.
pub(crate) const CLIENT_PORT: u16 = 4222;

/// The port on which the nodes of a cluster talk to one another.
const ROUTE_PORT: u16 = 6222;

/// The port on which field offices connect.
pub(crate) const LEAF_PORT: u16 = 7422;

/// What a server file says besides its shape.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    /// Where clients connect, `HOST:PORT`.
    pub(crate) listen: String,
    /// Where the monitoring pages are, `HOST:PORT`; nobody logs in there.
    pub(crate) monitor: String,
    /// The folder of the streams.
    pub(crate) store: String,
    /// Paths on the server's machine.
    pub(crate) tls: Option<Paths>,
    /// Where field offices connect, `HOST:PORT`; none when there are none.
    pub(crate) leaf_listen: Option<String>,
}

/// One server for everything.
pub(crate) fn single(common: &Common, users: &str) -> String {
    let mut text = head("one server");
    body(&mut text, "armistice-1", HUB_DOMAIN, common);
    leaves(&mut text, common);
    include(&mut text, users);
    text
}

/// The file of node `number` (from 1) of a cluster that has these hosts.
pub(crate) fn node(common: &Common, hosts: &[String], number: usize, users: &str) -> String {
    let mut text = head(&format!(
        "node {number} of a cluster of {} ({})",
        hosts.len(),
        hosts[number - 1]
    ));
    body(&mut text, &format!("armistice-{number}"), HUB_DOMAIN, common);
    text.push_str("# The nodes show one another their certificates; nobody else can join.\n");
    text.push_str("cluster {\n  name: \"armistice\"\n");
    line(&mut text, format_args!("  listen: \"0.0.0.0:{ROUTE_PORT}\"\n"));
    if let Some(tls) = &common.tls {
        tls_block(&mut text, "  ", tls, "    verify: true\n");
    }
    text.push_str("  routes: [\n");
    for (_, host) in hosts.iter().enumerate().filter(|(at, _)| at + 1 != number) {
        line(&mut text, format_args!("    \"nats://{host}:{ROUTE_PORT}\"\n"));
    }
    text.push_str("  ]\n}\n\n");
    leaves(&mut text, common);
    include(&mut text, users);
    text
}

/// The file of a field office: a leaf node with streams of its own.
pub(crate) fn office(common: &Common, name: &str, hub_urls: &[String], login: &str, users: &str) -> String {
    let mut text = head(&format!("the field office {name}, a leaf node"));
    body(&mut text, &format!("office-{name}"), name, common);
    text.push_str(
        "# The link to the hub. While it is cut, reports wait in this office's own SUBMITTED stream.\n",
    );
    text.push_str("leafnodes {\n  remotes: [\n    {\n");
    let urls: Vec<String> = hub_urls.iter().map(|url| format!("{url:?}")).collect();
    line(&mut text, format_args!("      urls: [{}]\n", urls.join(", ")));
    line(&mut text, format_args!("      account: \"{ACCOUNT}\"\n"));
    text.push_str("      # The office's login at the hub, a secret: keep the file at mode 0600.\n");
    line(&mut text, format_args!("      include {login:?}\n"));
    text.push_str(
        "      # A report is captured once, by this office's stream; the hub copies it from there by the domains' own\n      \
         # subjects. Nothing of ours crosses the link as itself.\n      \
         deny_exports: [\"armistice.>\"]\n      deny_imports: [\"armistice.>\"]\n",
    );
    if let Some(tls) = &common.tls {
        line(&mut text, format_args!("      tls {{ ca_file: {:?} }}\n", tls.ca));
    }
    text.push_str("    }\n  ]\n}\n\n");
    include(&mut text, users);
    text
}

fn head(what: &str) -> String {
    format!(
        "# nats-server configuration: {what}.\n\
         # Written by `armistice nats-config`, yours to change: it is not written over.\n\
         # Who may connect, and what they may do, is in the included file.\n\n"
    )
}

fn body(text: &mut String, name: &str, domain: &str, common: &Common) {
    line(text, format_args!("server_name: {name:?}\n"));
    line(text, format_args!("listen: {:?}\n", common.listen));
    text.push_str(
        "# Monitoring, for `armistice doctor --monitor`; it asks for no login, so keep it on this machine.\n",
    );
    line(text, format_args!("http: {:?}\n\n", common.monitor));
    text.push_str("jetstream {\n");
    line(text, format_args!("  store_dir: {:?}\n", common.store));
    line(text, format_args!("  domain: {domain:?}\n"));
    text.push_str(
        "  # An acknowledged message survives a power cut. The default syncs every two minutes.\n  sync_interval: always\n}\n\n",
    );
    match &common.tls {
        Some(tls) => {
            tls_block(text, "", tls, "");
            text.push('\n');
        }
        None => text.push_str(
            "# No TLS: what is sent can be read on the way. Let nobody connect from another machine like this.\n\n",
        ),
    }
}

fn leaves(text: &mut String, common: &Common) {
    let Some(listen) = &common.leaf_listen else {
        return;
    };
    text.push_str("# Field offices connect here.\nleafnodes {\n");
    line(text, format_args!("  listen: {listen:?}\n"));
    if let Some(tls) = &common.tls {
        tls_block(text, "  ", tls, "");
    }
    text.push_str("}\n\n");
}

fn tls_block(text: &mut String, indent: &str, tls: &Paths, more: &str) {
    line(text, format_args!("{indent}tls {{\n"));
    for (field, path) in [
        ("ca_file", &tls.ca),
        ("cert_file", &tls.certificate),
        ("key_file", &tls.key),
    ] {
        line(text, format_args!("{indent}  {field}: {path:?}\n"));
    }
    text.push_str(more);
    line(text, format_args!("{indent}}}\n"));
}

fn include(text: &mut String, users: &str) {
    line(text, format_args!("include {users:?}\n"));
}

/// Adds a line; writing to memory cannot fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}
