//! The users of a ceasefire's servers, and what each may do.
//!
//! ```text
//! accounts {
//!   ARMISTICE {
//!     jetstream: enabled
//!     users: [
//!       # newsdesk: a producer
//!       { nkey: "UABC…"
//!         permissions: {
//!           publish: { allow: ["armistice.karabakh-2020.submit.newsdesk", …] }
//!           subscribe: { allow: ["_INBOX_producer-newsdesk.>", …] }
//!         }
//!       }
//! ```
//! There is no user without a key and no default user: who is not listed cannot connect. What a role may do comes from
//! `armistice_bus::permissions`, beside the code that needs it.

use std::fmt::Write;

use armistice_bus::permissions::inbox_prefix;
use armistice_bus::{Permissions, Role, Stream, Subjects, permissions};
use armistice_report::CeasefireId;

use super::logins::Logins;
use super::server::{ACCOUNT, HUB_DOMAIN};
use crate::failure::Outcome;

/// Somebody who may connect.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// Its name here: of its seed's file, of its context, and in its inbox prefix.
    pub(crate) name: String,
    /// What it is, for the person who reads the file.
    pub(crate) what: &'static str,
    pub(crate) rights: Rights,
}

/// What a user may do.
#[derive(Debug, Clone)]
pub(crate) enum Rights {
    /// What a role of the bus needs.
    Of(Role),
    /// Makes, changes and deletes streams and looks at them; publishes nothing.
    Operator,
    /// The server of a field office, by its JetStream domain.
    Office(String),
}

impl User {
    /// The prefix of the subjects on which this user's answers come back; none for an office's server, which is no client.
    pub(crate) fn inbox_prefix(&self) -> Option<String> {
        match &self.rights {
            Rights::Of(role) => Some(inbox_prefix(role)),
            Rights::Operator => Some(format!("_INBOX_{}", self.name)),
            Rights::Office(_) => None,
        }
    }

    fn permissions(&self, ceasefire: &CeasefireId) -> Permissions {
        match &self.rights {
            Rights::Of(role) => permissions(role, ceasefire),
            Rights::Operator => operator(ceasefire, &self.name),
            Rights::Office(domain) => office(ceasefire, domain),
        }
    }
}

/// An operator keeps the streams, and does not write to them.
fn operator(ceasefire: &CeasefireId, user: &str) -> Permissions {
    let mut publish: Vec<String> = ["INFO", "STREAM.NAMES", "STREAM.LIST"]
        .map(|operation| format!("$JS.API.{operation}"))
        .into();
    for stream in Stream::ALL {
        let name = stream.name(ceasefire);
        for operation in ["INFO", "CREATE", "UPDATE", "DELETE", "MSG.GET"] {
            publish.push(format!("$JS.API.STREAM.{operation}.{name}"));
        }
        for operation in ["NAMES", "LIST"] {
            publish.push(format!("$JS.API.CONSUMER.{operation}.{name}"));
        }
        publish.push(format!("$JS.API.CONSUMER.INFO.{name}.*"));
    }
    publish.push(Subjects::new(ceasefire).query(">", None));
    Permissions {
        publish,
        subscribe: vec![format!("_INBOX_{user}.>")],
        ..Permissions::default()
    }
}

/// The link of a leaf node. The office's server makes a consumer of the hub's RECEIPTS, the hub makes one of the office's
/// SUBMITTED, and their messages cross with flow control; seen on nats-server 2.14.0 with its trace. With the run of the
/// account, as a login without permissions has it, an office could delete the hub's streams.
fn office(ceasefire: &CeasefireId, domain: &str) -> Permissions {
    let consumers = |domain: &str, stream: Stream| {
        let create = format!("$JS.{domain}.API.CONSUMER.CREATE.{}", stream.name(ceasefire));
        [format!("{create}.>"), create]
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    // $JSC.R: the answer to a consumer's making. $JS.S, $JS.M: what a source and a mirror deliver. $LDS: loop detection.
    let mut allowed = Permissions {
        publish: words(&["$JSC.R.>", "$JS.FC.>", "$JS.S.>"]),
        subscribe: words(&["$JSC.R.>", "$JS.FC.>", "$JS.M.>", "$LDS.>"]),
        ..Permissions::default()
    };
    allowed.publish.extend(consumers(HUB_DOMAIN, Stream::Receipts));
    allowed.subscribe.extend(consumers(domain, Stream::Submitted));
    allowed
}

/// The whole text of a users file.
pub(crate) fn text(ceasefire: &CeasefireId, users: &[User], logins: &mut Logins) -> Outcome<String> {
    let mut text = format!(
        "# Who may connect, and what they may do, for the ceasefire {ceasefire}.\n\
         # Written by `armistice nats-config`, and written anew each time: change nothing here.\n\
         # After a change: `nats-server --signal reload`, or `systemctl reload armistice-nats`.\n\n\
         accounts {{\n  {ACCOUNT} {{\n    jetstream: enabled\n    users: [\n"
    );
    for user in users {
        let public = logins.public(&user.name)?;
        let allowed = user.permissions(ceasefire);
        entry(&mut text, user, &public, &allowed);
    }
    text.push_str("    ]\n  }\n}\n");
    Ok(text)
}

fn entry(text: &mut String, user: &User, public: &str, allowed: &Permissions) {
    // Writing to memory cannot fail.
    let _ = writeln!(
        text,
        "      # {}: {}\n      {{ nkey: {public:?}\n        permissions: {{",
        user.name, user.what
    );
    rules(text, "publish", &allowed.publish);
    rules(text, "subscribe", &allowed.subscribe);
    if allowed.responses {
        text.push_str("          allow_responses: true\n");
    }
    text.push_str("        }\n      }\n");
}

/// One side's list. An empty list would allow everything, so every user has at least one subject on each side.
fn rules(text: &mut String, side: &str, subjects: &[String]) {
    let _ = writeln!(text, "          {side}: {{ allow: [");
    for subject in subjects {
        let _ = writeln!(text, "            {subject:?}");
    }
    text.push_str("          ] }\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_an_empty_list_and_no_list_is_everything() {
        let ceasefire = CeasefireId::new("test-1").unwrap();
        let roles = [
            Rights::Of(Role::Ledger),
            Rights::Of(Role::Producer("desk".to_owned())),
            Rights::Of(Role::Projection("1".to_owned())),
            Rights::Of(Role::Auditor("auditor".to_owned())),
            Rights::Operator,
            Rights::Office("erebuni".to_owned()),
        ];
        for rights in roles {
            let user = User {
                name: "x".to_owned(),
                what: "",
                rights,
            };
            let allowed = user.permissions(&ceasefire);
            for list in [&allowed.publish, &allowed.subscribe] {
                assert!(!list.is_empty(), "{user:?}");
                assert!(!list.iter().any(|subject| subject == ">"), "{user:?}");
            }
        }
    }

    #[test]
    fn an_office_can_neither_manage_nor_forge() {
        let allowed = office(&CeasefireId::new("test-1").unwrap(), "erebuni");
        for subject in &allowed.publish {
            assert!(
                !subject.contains("STREAM") && !subject.starts_with("armistice"),
                "{subject}"
            );
        }
    }
}
