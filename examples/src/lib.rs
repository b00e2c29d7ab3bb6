//! Shared by nothing: each example stands alone in a file beside this folder.

#![forbid(unsafe_code)]
