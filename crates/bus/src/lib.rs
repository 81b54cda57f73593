//! NATS JetStream: subjects, streams, publish, pull, follow, ask.
