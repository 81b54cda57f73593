//! A verified copy of a ledger that follows its stream: views, changes, answers.
