//! Headers of requests and responses, and frames.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_hostile::targets::run(ottla_hostile::targets::header(bytes)));
