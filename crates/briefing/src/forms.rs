//! The three forms of a report: JSON, Markdown, and HTML that prints.

use askama::Template;

use crate::{Daily, Error};

/// As one JSON document with a line feed at its end, indented for people.
///
/// # Errors
/// [`Error::Json`], which would be a fault of ours.
pub fn json(daily: &Daily) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(daily).map_err(Error::Json)?;
    text.push('\n');
    Ok(text)
}

/// As Markdown: `CommonMark` with the tables of GitHub.
///
/// # Errors
/// [`Error::Template`], which would be a fault of ours.
pub fn markdown(daily: &Daily) -> Result<String, Error> {
    Ok(Markdown { daily }.render()?)
}

/// As one HTML page: no script, nothing loaded from anywhere, and a style for paper.
///
/// # Errors
/// [`Error::Template`], which would be a fault of ours.
pub fn html(daily: &Daily) -> Result<String, Error> {
    Ok(Html { daily }.render()?)
}

#[derive(Template)]
#[template(path = "daily.md", escape = "md")]
struct Markdown<'a> {
    daily: &'a Daily,
}

#[derive(Template)]
#[template(path = "daily.html", escape = "html")]
struct Html<'a> {
    daily: &'a Daily,
}

/// An amount, or that it is not stated.
fn shown<T: std::fmt::Display>(amount: Option<&T>) -> String {
    amount.map_or_else(|| "not stated".to_owned(), ToString::to_string)
}

/// A count, or that nobody reports anything.
fn counted(amount: Option<&crate::Amount>) -> String {
    amount.map_or_else(|| "not reported".to_owned(), ToString::to_string)
}
