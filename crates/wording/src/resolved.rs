//! A result: the value with the words kept, and the rule's id.

use armistice_report::RuleId;

/// What words resolved to, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<T> {
    /// The value, with the words in its `verbatim`.
    pub value: T,
    /// The rule's id, stable for ever: [`crate::RULES`] has it.
    pub rule: RuleId,
}
