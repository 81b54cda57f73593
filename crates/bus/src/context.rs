//! Contexts of the `nats` command: who connects to what, in a file of JSON.
//!
//! ```json
//! { "description": "the hub", "url": "nats://hub.example.org:4222", "creds": "/etc/nats/desk.creds",
//!   "ca": "/etc/nats/ca.pem", "inbox_prefix": "_INBOX_desk", "jetstream_domain": "hub" }
//! ```
//!
//! Source: `natscontext` of nats-io/jsm.go, as `nats context save` writes it. Fields that would change how a connection is
//! made and that we do not know how to honour are refused when they are not empty; others are ignored.
//!
//! Where contexts lie and which one is chosen is the command line's business.

use serde_json::{Map, Value};

use crate::access::{Access, Credentials};
use crate::error::Error;

/// Fields that change how to connect, and that this crate does not know.
const UNSUPPORTED: &[&str] = &[
    "nsc",
    "jetstream_api_prefix",
    "user_jwt",
    "user_seed",
    "socks_proxy",
    "windows_cert_store",
];

/// Reads a context.
pub(crate) fn read(json: &str) -> Result<Access, Error> {
    let fields: Map<String, Value> = serde_json::from_str(json).map_err(|error| Error::BadContext {
        field: format!("line {}, column {}", error.line(), error.column()),
        reason: "it is not a JSON object".to_owned(),
    })?;
    for name in UNSUPPORTED {
        if text(&fields, name)?.is_some() {
            return Err(bad(name, "it is not supported here"));
        }
    }
    let url = text(&fields, "url")?.ok_or_else(|| bad("url", "it names no server"))?;
    let mut access = Access::new(url);
    access.credentials = credentials(&fields)?;
    access.tls.ca = text(&fields, "ca")?.map(Into::into);
    access.tls.certificate = text(&fields, "cert")?.map(Into::into);
    access.tls.key = text(&fields, "key")?.map(Into::into);
    access.tls.first = fields.get("tls_first").and_then(Value::as_bool).unwrap_or(false);
    access.inbox_prefix = text(&fields, "inbox_prefix")?;
    access.domain = text(&fields, "jetstream_domain")?;
    Ok(access)
}

/// The order is that of the `nats` command: user, then file, then key, then token.
fn credentials(fields: &Map<String, Value>) -> Result<Option<Credentials>, Error> {
    if let Some(name) = text(fields, "user")? {
        let password = text(fields, "password")?.unwrap_or_default();
        return Ok(Some(Credentials::User { name, password }));
    }
    if let Some(path) = text(fields, "creds")? {
        return Ok(Some(Credentials::CredsFile(path.into())));
    }
    if let Some(path) = text(fields, "nkey")? {
        return Ok(Some(Credentials::NkeyFile(path.into())));
    }
    Ok(text(fields, "token")?.map(Credentials::Token))
}

/// A field's text; `None` when it is missing or empty.
fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(bad(name, "it is not a text")),
    }
}

fn bad(field: &str, reason: &str) -> Error {
    Error::BadContext {
        field: field.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_of_the_nats_command_is_read() {
        // As `nats context save` of natscli 0.2 writes it: every field, most of them empty.
        let access = read(
            r#"{"description":"","url":"nats://a:4222,nats://b:4222","socks_proxy":"","token":"","user":"","password":"",
                "creds":"~/desk.creds","nkey":"","cert":"c.pem","key":"k.pem","ca":"ca.pem","nsc":"",
                "jetstream_domain":"hub","jetstream_api_prefix":"","jetstream_event_prefix":"",
                "inbox_prefix":"_INBOX_desk","user_jwt":"","color_scheme":"","tls_first":true}"#,
        )
        .unwrap();
        assert_eq!(access.servers, ["nats://a:4222", "nats://b:4222"]);
        assert_eq!(
            access.credentials,
            Some(Credentials::CredsFile("~/desk.creds".into()))
        );
        assert_eq!(access.tls.ca, Some("ca.pem".into()));
        assert_eq!(access.tls.certificate, Some("c.pem".into()));
        assert_eq!(access.tls.key, Some("k.pem".into()));
        assert!(access.tls.first);
        assert_eq!(access.inbox_prefix.as_deref(), Some("_INBOX_desk"));
        assert_eq!(access.domain.as_deref(), Some("hub"));
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_by_name() {
        for (json, field) in [
            (r"{}", "url"),
            (r#"{"url":""}"#, "url"),
            (r#"{"url":1}"#, "url"),
            (r#"{"url":"nats://a","nsc":"x"}"#, "nsc"),
            (
                r#"{"url":"nats://a","jetstream_api_prefix":"X.API"}"#,
                "jetstream_api_prefix",
            ),
            ("[]", "line 1, column 0"),
        ] {
            match read(json) {
                Err(Error::BadContext { field: found, .. }) => assert_eq!(found, field, "{json}"),
                other => panic!("{json}: {other:?}"),
            }
        }
    }

    #[test]
    fn users_come_before_files_and_tokens_last() {
        let read = |fields: &str| {
            read(&format!(r#"{{"url":"nats://a",{fields}}}"#))
                .unwrap()
                .credentials
        };
        assert!(matches!(
            read(r#""user":"u","password":"p","creds":"c""#),
            Some(Credentials::User { .. })
        ));
        assert!(matches!(
            read(r#""nkey":"n","token":"t""#),
            Some(Credentials::NkeyFile(_))
        ));
        assert!(matches!(read(r#""token":"t""#), Some(Credentials::Token(_))));
        assert_eq!(read(r#""user":"""#), None);
    }
}
