//! Reading single messages of a stream, whatever their headers hold.
//!
//! ```text
//! $JS.API.STREAM.MSG.GET.SUBMITTED_test {"seq":4711}
//! {"message":{"subject":"armistice.test.submit.desk", "seq":4711, "hdrs":"TkFUUy8x…", "data":"YXJt…", "time":"2026-…"}}
//! ```
//!
//! The message comes inside a JSON document, headers and content in base64. So a message whose headers are no headers can be
//! read this way, where its delivery would end the connection ([`mod@crate::tail`]).
//! Source: the `JetStream` API (`STREAM.MSG.GET`; `next_by_subj` since nats-server 2.9).
//!
//! For reading many messages this is slow: one question and one answer for each.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::{Bus, code};
use crate::error::Error;
use crate::message::{Message, stored_headers};
use crate::stream::{Stream, nanoseconds};

#[derive(Deserialize)]
struct Found {
    message: Raw,
}

/// A message as the API tells it.
#[derive(Deserialize)]
struct Raw {
    subject: String,
    seq: u64,
    #[serde(default)]
    hdrs: String,
    #[serde(default)]
    data: String,
    time: String,
}

impl Bus {
    /// The message with that sequence; `None` when the stream does not have it. The stream's leader answers.
    ///
    /// What is no header in the message's headers is left out.
    ///
    /// # Errors
    /// What a request can fail with: see [`Error`]. [`Error::NoStream`] when there is no such stream.
    pub async fn message(&self, stream: Stream, sequence: u64) -> Result<Option<Message>, Error> {
        self.get(stream, &json!({ "seq": sequence })).await
    }

    /// The newest message, of one subject if one is given; `None` when there is none. The stream's leader answers.
    ///
    /// # Errors
    /// What a request can fail with: see [`Error`]. [`Error::NoStream`] when there is no such stream.
    pub async fn last_message(
        &self,
        stream: Stream,
        subject: Option<&str>,
    ) -> Result<Option<Message>, Error> {
        let all = stream.subject(self.subjects());
        self.get(stream, &json!({ "last_by_subj": subject.unwrap_or(&all) }))
            .await
    }

    /// The first message from `sequence` on whose subject matches `filter`.
    pub(crate) async fn message_from(
        &self,
        stream: Stream,
        sequence: u64,
        filter: Option<&str>,
    ) -> Result<Option<Message>, Error> {
        let all = stream.subject(self.subjects());
        let which = json!({ "seq": sequence.max(1), "next_by_subj": filter.unwrap_or(&all) });
        self.get(stream, &which).await
    }

    async fn get(&self, stream: Stream, which: &Value) -> Result<Option<Message>, Error> {
        let name = self.stream_name(stream);
        let operation = format!("STREAM.MSG.GET.{name}");
        let raw = match self.api::<Found>(&operation, which).await {
            Ok(found) => found.message,
            Err(Error::Refused {
                code: code::NO_MESSAGE,
                ..
            }) => return Ok(None),
            // `STREAM.MSG.GET.NAME`: the name is the fourth token.
            Err(Error::NoStream { .. }) => return Err(Error::NoStream { stream: name }),
            Err(error) => return Err(error),
        };
        let payload = STANDARD.decode(raw.data).map_err(|source| Error::Client {
            doing: operation.clone(),
            source: source.into(),
        })?;
        Ok(Some(Message {
            sequence: raw.seq,
            subject: raw.subject,
            headers: stored_headers(&STANDARD.decode(raw.hdrs).unwrap_or_default()),
            payload: payload.into(),
            published_ns: nanoseconds(&raw.time, &name)?,
        }))
    }
}
