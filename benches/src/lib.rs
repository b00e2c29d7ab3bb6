//! Criterion benches: see the files beside this folder.

#![forbid(unsafe_code)]
