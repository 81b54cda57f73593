//! Admission: which submissions become entries, as a pure function of the entries before.
