//! What each role must be allowed on the server, and nothing more.
//!
//! ```
//! use armistice_bus::{Role, permissions};
//! let ceasefire = armistice_report::CeasefireId::new("karabakh-2020").unwrap();
//! let desk = permissions(&Role::Producer("demo-newsdesk".into()), &ceasefire);
//! assert!(desk.publish.contains(&"armistice.karabakh-2020.submit.demo-newsdesk".to_owned()));
//! assert_eq!(desk.subscribe, ["_INBOX_producer-demo-newsdesk.>"]);
//! ```
//!
//! Each user has an inbox prefix of their own ([`inbox_prefix`]), since whoever may subscribe to `_INBOX.>` reads the
//! answers to everybody. `tests/it/permissions.rs` runs every role against a server that allows exactly this.
//! Source: the subjects of the `JetStream` API (NATS reference, "NATS API Reference") that this crate uses.
//!
//! # What this does not stop
//! Whoever may create a consumer on a stream can have the server deliver that stream's messages to any subject that
//! somebody subscribes to (`deliver_subject`): the server does not hold that subject against their permissions. So they can
//! pass old messages to replicas as questions, and, while somebody else subscribes to the very subject of an entry, into
//! ENTRIES, where they take sequences until the ledger's operator removes the stream. They cannot make messages of their
//! own that way, and every reader checks what an entry says. Who is not trusted so far reads by HTTP.

use armistice_report::CeasefireId;

use crate::query::service_name;
use crate::stream::Stream;
use crate::subject::Subjects;

/// Who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A producer, by its registered name.
    Producer(String),
    /// The ledger. There is one.
    Ledger,
    /// A projection, by its replica's name.
    Projection(String),
    /// Somebody who reads everything that is public, and asks; by a name of their own.
    Auditor(String),
    /// Somebody who reads views, and asks; by a name of their own.
    Reader(String),
}

/// The subjects that a user may use; in the server's configuration `permissions { publish: …, subscribe: … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects that they may publish to.
    pub publish: Vec<String>,
    /// Subjects that they may subscribe to.
    pub subscribe: Vec<String>,
    /// Whether they answer questions: `allow_responses: true`.
    pub responses: bool,
}

/// Where a role's answers come to; to be set as `inbox_prefix` of its access.
///
/// The role stands in it, so that a producer or a reader of the name `ledger` does not get the ledger's.
pub fn inbox_prefix(role: &Role) -> String {
    match role {
        Role::Ledger => "_INBOX_ledger".to_owned(),
        Role::Producer(name) => format!("_INBOX_producer-{name}"),
        Role::Auditor(name) => format!("_INBOX_auditor-{name}"),
        Role::Reader(name) => format!("_INBOX_reader-{name}"),
        Role::Projection(name) => format!("_INBOX_projection-{name}"),
    }
}

/// What a role needs for one ceasefire.
pub fn permissions(role: &Role, ceasefire: &CeasefireId) -> Permissions {
    let subjects = Subjects::new(ceasefire);
    let mut allowed = Permissions {
        subscribe: vec![format!("{}.>", inbox_prefix(role))],
        ..Permissions::default()
    };
    let api = Api { ceasefire };
    match role {
        Role::Producer(name) => {
            allowed.publish.push(subjects.submit(name));
            let receipts = subjects.receipt(name);
            allowed.publish.push(api.info(Stream::Receipts));
            allowed
                .publish
                .extend(api.follow_only(Stream::Receipts, &receipts));
            // How far the log is, by the ledger's own signature: a replica's word about a counter is held against it.
            allowed.publish.push(api.get(Stream::Checkpoints));
            allowed.publish.push(asks(&subjects));
        }
        Role::Ledger => {
            allowed.publish.extend([
                subjects.entry_all(),
                subjects.checkpoint(),
                subjects.receipt_all(),
            ]);
            for stream in Stream::ALL {
                allowed.publish.push(api.create(stream));
                allowed.publish.push(api.info(stream));
                allowed.publish.push(api.get(stream));
            }
            allowed.publish.extend(api.intake());
        }
        Role::Projection(replica) => {
            // VIEWS is the ledger's to create: who creates a stream can have it copy from others, and to others.
            allowed.publish.push(subjects.views_all());
            for stream in [Stream::Entries, Stream::Checkpoints, Stream::Views] {
                allowed.publish.extend(api.read(stream));
            }
            allowed.subscribe.push(subjects.query("*", None));
            allowed.subscribe.push(subjects.query("*", Some(replica)));
            allowed.subscribe.extend(service_verbs(ceasefire));
            allowed.responses = true;
        }
        Role::Auditor(_) => {
            allowed.publish.push(api.info(Stream::Submitted));
            for stream in [
                Stream::Entries,
                Stream::Checkpoints,
                Stream::Receipts,
                Stream::Views,
            ] {
                allowed.publish.extend(api.read(stream));
            }
            allowed.publish.push(asks(&subjects));
        }
        Role::Reader(_) => {
            for stream in [Stream::Checkpoints, Stream::Views] {
                allowed.publish.extend(api.read(stream));
            }
            allowed.publish.push(asks(&subjects));
        }
    }
    allowed
}

fn asks(subjects: &Subjects) -> String {
    subjects.query(">", None)
}

/// Where services are found and counted: `PING`, `INFO` and `STATS`, of all, of one name, of one instance.
fn service_verbs(ceasefire: &CeasefireId) -> [String; 3] {
    let name = service_name(ceasefire);
    [
        "$SRV.*".to_owned(),
        format!("$SRV.*.{name}"),
        format!("$SRV.*.{name}.*"),
    ]
}

/// The subjects of the `JetStream` API, by what they are for.
struct Api<'a> {
    ceasefire: &'a CeasefireId,
}

impl Api<'_> {
    fn subject(&self, operation: &str, stream: Stream, rest: &str) -> String {
        format!("$JS.API.{operation}.{}{rest}", stream.name(self.ceasefire))
    }

    fn create(&self, stream: Stream) -> String {
        self.subject("STREAM.CREATE", stream, "")
    }

    fn info(&self, stream: Stream) -> String {
        self.subject("STREAM.INFO", stream, "")
    }

    fn get(&self, stream: Stream) -> String {
        self.subject("STREAM.MSG.GET", stream, "")
    }

    /// Everything of a stream: its state, single messages, and following it with any filter.
    fn read(&self, stream: Stream) -> Vec<String> {
        vec![
            self.info(stream),
            self.get(stream),
            self.subject("CONSUMER.CREATE", stream, ".>"),
            self.subject("CONSUMER.MSG.NEXT", stream, ".*"),
        ]
    }

    /// Following one subject of a stream.
    fn follow_only(&self, stream: Stream, subject: &str) -> [String; 2] {
        [
            self.subject("CONSUMER.CREATE", stream, &format!(".*.{subject}")),
            self.subject("CONSUMER.MSG.NEXT", stream, ".*"),
        ]
    }

    /// Taking messages out of SUBMITTED.
    fn intake(&self) -> Vec<String> {
        let submitted = Stream::Submitted;
        let name = submitted.name(self.ceasefire);
        vec![
            self.subject("STREAM.PURGE", submitted, ""),
            self.subject("CONSUMER.CREATE", submitted, ".*"),
            self.subject("CONSUMER.DELETE", submitted, ".*"),
            self.subject("CONSUMER.MSG.NEXT", submitted, ".*"),
            format!("$JS.ACK.{name}.>"),
            // The longer form, with domain and account before the stream.
            format!("$JS.ACK.*.*.{name}.>"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(role: &Role) -> Permissions {
        permissions(role, &CeasefireId::new("test-1").unwrap())
    }

    #[test]
    fn only_the_ledger_writes_entries_and_only_projections_write_views() {
        let roles = [
            Role::Producer("desk".to_owned()),
            Role::Ledger,
            Role::Projection("p1".to_owned()),
            Role::Auditor("a".to_owned()),
            Role::Reader("r".to_owned()),
        ];
        for role in &roles {
            let publish = of(role).publish;
            let may = |part: &str| publish.iter().any(|subject| subject.contains(part));
            assert_eq!(may(".entry."), *role == Role::Ledger, "{role:?}");
            assert_eq!(may("STREAM.PURGE"), *role == Role::Ledger, "{role:?}");
            assert_eq!(may("STREAM.CREATE"), *role == Role::Ledger, "{role:?}");
            assert_eq!(
                may("test-1.view."),
                matches!(role, Role::Projection(_)),
                "{role:?}"
            );
            assert_eq!(
                may("test-1.submit."),
                matches!(role, Role::Producer(_)),
                "{role:?}"
            );
            assert!(!may("STREAM.DELETE") && !may("STREAM.UPDATE"), "{role:?}");
            assert!(
                !publish.iter().any(|subject| subject == ">" || subject == "$JS.>"),
                "{role:?}"
            );
        }
    }

    #[test]
    fn no_two_roles_share_an_inbox() {
        let name = || "ledger".to_owned();
        let prefixes: std::collections::BTreeSet<String> = [
            Role::Ledger,
            Role::Producer(name()),
            Role::Projection(name()),
            Role::Auditor(name()),
            Role::Reader(name()),
        ]
        .iter()
        .map(inbox_prefix)
        .collect();
        assert_eq!(prefixes.len(), 5, "{prefixes:?}");
    }

    #[test]
    fn a_producer_reads_its_own_receipts_and_checkpoints_only() {
        let publish = of(&Role::Producer("desk".to_owned())).publish;
        assert!(
            publish.contains(
                &"$JS.API.CONSUMER.CREATE.RECEIPTS_test-1.*.armistice.test-1.receipt.desk".to_owned()
            )
        );
        let single: Vec<&String> = publish
            .iter()
            .filter(|subject| subject.contains("MSG.GET"))
            .collect();
        assert_eq!(single, ["$JS.API.STREAM.MSG.GET.CHECKPOINTS_test-1"]);
    }
}
