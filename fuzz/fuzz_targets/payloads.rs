//! The payloads inside of messages, behind a byte that chooses one.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_hostile::targets::run(ottla_hostile::targets::payload(bytes)));
