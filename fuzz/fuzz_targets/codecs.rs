//! Compressed bytes, behind the code of their codec.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_hostile::targets::run(ottla_hostile::targets::compressed(bytes)));
