//! Vague words for times and quantities, resolved by a named rule or not at all.
//!
//! ```
//! use armistice_report::{Date, Zone};
//! use armistice_wording::{quantity, time};
//!
//! let (anchor, zone) = (Date::new("2022-03-26")?, Zone::new("+04:00")?);
//! let resolved = time("since Thursday", anchor, zone)?;
//! assert_eq!(resolved.rule.as_str(), "time-since");
//! assert_eq!(resolved.value.earliest.unwrap().to_string(), "2022-03-23T20:00:00Z");
//! assert_eq!(resolved.value.latest.unwrap().to_string(), "2022-03-26T19:59:59Z");
//!
//! assert_eq!(quantity("more than a dozen")?.value.min, Some(13));
//!
//! // Ambiguous words and words without a rule are refused with a reason. Nothing is guessed.
//! let refused = time("03/04/2022", anchor, zone).unwrap_err();
//! assert!(refused.to_string().contains("which of the two is the month"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! The rules, each with its id, its words, its result and its source, are in [`RULES`] and, made from them, in
//! `docs/reference/wording.md`. How fine a time is follows `date_prec` of the UCDP GED codebook, by the number of days that it covers.
//!
//! What is not here: languages other than English, any clock, and any step that applies a result. A producer asks, looks, and
//! decides; the words stay in `verbatim` beside the numbers.

mod dates;
mod numbers;
mod quantities;
mod resolved;
mod rules;
mod span;
mod times;
mod unresolved;
mod words;

pub use quantities::quantity;
pub use resolved::Resolved;
pub use rules::{RULES, Resolves, Rule, page};
pub use times::time;
pub use unresolved::Unresolved;
