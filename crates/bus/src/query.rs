//! Questions and answers, by the NATS service API.
//!
//! ```text
//! nats req armistice.test.query.head ''              any replica answers
//! nats req armistice.test.query.head.paris-1 ''      that replica answers
//! nats micro ls                                      who is there
//!
//! answer        payload
//! refusal       Nats-Service-Error-Code: 404    Nats-Service-Error: no_such_entry: there is no entry 9
//! ```
//!
//! Replicas share a queue group on the first subject. An auditor asks each of them on the second, since two that disagree
//! are exactly what an auditor looks for.
//! Source: NATS ADR-32 (service API), ADR-33.
//!
//! Nothing is checked here: an answer is what a replica says, and carries its own proof.

use std::collections::HashMap;
use std::fmt;

use async_nats::Request;
use async_nats::service::endpoint::Endpoint;
use async_nats::service::{self, NATS_SERVICE_ERROR, NATS_SERVICE_ERROR_CODE, Service, ServiceExt};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::SelectAll;

use crate::connection::Bus;
use crate::error::{AskError, Error};
use crate::stream::Stream;

/// What can be asked.
pub const QUERIES: [&str; 6] = ["head", "entry", "proof", "consistency", "receipt", "view"];

/// The queue group that replicas share.
const GROUP: &str = "replicas";

/// A replica's end: the questions that come to it. Dropped, it hears no more.
pub struct Questions {
    asked: SelectAll<Asked>,
    service: Option<Service>,
}

type Asked = futures_util::stream::BoxStream<'static, (&'static str, service::Request)>;

impl fmt::Debug for Questions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Questions").finish_non_exhaustive()
    }
}

/// One question, to be answered once.
#[derive(Debug)]
pub struct Question {
    /// What is asked: one of [`QUERIES`].
    pub name: &'static str,
    /// Its content.
    pub payload: Bytes,
    request: service::Request,
}

impl Bus {
    /// Answers all queries, as `replica` and as any replica. `version` is a semantic version, shown by `nats micro ls`.
    ///
    /// # Errors
    /// [`Error::BadSetting`] when `replica` is not one token of a subject; [`Error::Client`] when `version` is not one.
    pub async fn questions(&self, replica: &str, version: &str) -> Result<Questions, Error> {
        let is_token = !replica.is_empty()
            && replica
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_token {
            return Err(Error::BadSetting {
                setting: "replica",
                reason: format!("{replica:?} is not made of a-z, 0-9 and hyphen"),
            });
        }
        let failed = |source| Error::Client {
            doing: "offering answers".to_owned(),
            source,
        };
        let service = self
            .client()
            .service_builder()
            .description("a verified copy of a ledger")
            .metadata(HashMap::from([
                ("ceasefire".to_owned(), self.ceasefire().to_string()),
                ("replica".to_owned(), replica.to_owned()),
            ]))
            .queue_group(GROUP)
            .start(service_name(self.ceasefire()), version)
            .await
            .map_err(failed)?;
        let mut asked = SelectAll::new();
        for name in QUERIES {
            for of in [None, Some(replica)] {
                let endpoint_name = of.map_or_else(|| name.to_owned(), |replica| format!("{name}-{replica}"));
                let endpoint: Endpoint = service
                    .endpoint_builder()
                    .name(endpoint_name)
                    .add(self.subjects().query(name, of))
                    .await
                    .map_err(failed)?;
                asked.push(endpoint.map(move |request| (name, request)).boxed());
            }
        }
        // The server reads in order: when it answers this, whatever the answer, it has the subscriptions, and a question
        // that is asked from now on is heard.
        let _ = self.state(Stream::Entries).await;
        Ok(Questions {
            asked,
            service: Some(service),
        })
    }

    /// Asks any replica, or the one that is named, and waits for its answer.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn ask(
        &self,
        name: &str,
        replica: Option<&str>,
        payload: Vec<u8>,
    ) -> Result<Vec<u8>, AskError> {
        let subject = self.subjects().query(name, replica);
        let request = Request::new()
            .payload(payload.into())
            .timeout(Some(self.request_max()));
        let asking = self.client().send_request(subject.clone(), request);
        let answer = match self.answered("asking", &subject, asking).await {
            Ok(answer) => answer,
            Err(Error::Denied { subject, .. }) => return Err(AskError::Denied { subject }),
            Err(Error::TimedOut { .. }) => return Err(AskError::TimedOut { subject }),
            Err(Error::Disconnected { .. }) => return Err(AskError::Disconnected { subject }),
            Err(error) => return Err(AskError::Other(error.into())),
        };
        let answer = answer.map_err(|error| match error.kind() {
            async_nats::RequestErrorKind::NoResponders => AskError::NoReplica { subject },
            async_nats::RequestErrorKind::TimedOut => AskError::TimedOut { subject },
            _ => AskError::Other(error.into()),
        })?;
        match refusal(answer.headers.as_ref()) {
            Some(refused) => Err(refused),
            None => Ok(answer.payload.into()),
        }
    }
}

/// The name under which replicas of one ceasefire are found.
pub(crate) fn service_name(ceasefire: &str) -> String {
    format!("armistice-{ceasefire}")
}

impl Questions {
    /// The next question; `None` after the connection was closed. May be dropped and called again.
    pub async fn next(&mut self) -> Option<Question> {
        let (name, request) = self.asked.next().await?;
        Some(Question {
            name,
            payload: request.message.payload.clone(),
            request,
        })
    }

    /// Stops answering, also to those who ask which services there are.
    pub async fn stop(mut self) {
        if let Some(service) = self.service.take() {
            // It can fail only when nothing is left to stop.
            let _ = service.stop().await;
        }
    }
}

impl Question {
    /// Answers: with bytes, or with a status such as 404, a code of one word, and a sentence.
    ///
    /// # Errors
    /// [`Error::Client`] when the asker gave no address, or the connection is closed.
    pub async fn answer(self, answer: Result<Vec<u8>, (u16, &str, String)>) -> Result<(), Error> {
        let response = answer.map(Bytes::from).map_err(|(status, code, message)| {
            let text = format!("{code}: {message}");
            service::error::Error {
                // A header ends at a line break.
                status: text.replace(['\r', '\n'], " "),
                code: usize::from(status),
            }
        });
        self.request
            .respond(response)
            .await
            .map_err(|source| Error::Client {
                doing: "answering".to_owned(),
                source: source.into(),
            })
    }
}

fn refusal(headers: Option<&async_nats::HeaderMap>) -> Option<AskError> {
    let headers = headers?;
    let text = headers.get(NATS_SERVICE_ERROR)?.as_str();
    let status = headers
        .get(NATS_SERVICE_ERROR_CODE)
        .and_then(|code| code.as_str().parse().ok())
        .unwrap_or(500);
    let (code, message) = text.split_once(": ").unwrap_or(("error", text));
    Some(AskError::Refused {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
    })
}
