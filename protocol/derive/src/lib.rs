//! The derive macro behind the messages of `ottla-protocol`.
