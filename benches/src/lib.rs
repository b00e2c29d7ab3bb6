//! Criterion benches: see the files beside this folder.
