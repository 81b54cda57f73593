//! Small histories, one rule each.
