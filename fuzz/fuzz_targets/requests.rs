//! Requests, behind a byte for the API and one for the version.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_hostile::targets::run(ottla_hostile::targets::request(bytes)));
