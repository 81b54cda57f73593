//! The ledger on the bus: takes its intake from SUBMITTED, publishes what it recorded.
