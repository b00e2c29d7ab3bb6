//! The checker is checked: by histories written by hand, and by random ones of a small world that does everything right.

mod properties;
mod script;
mod transcripts;
mod world;
