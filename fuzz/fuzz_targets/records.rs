//! Records: batches of magic 2 and message sets before them, with every codec.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_hostile::targets::run(ottla_hostile::targets::records(bytes)));
