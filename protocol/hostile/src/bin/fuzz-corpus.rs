//! Writes what the targets of cargo-fuzz begin with, made by the encoder: `cargo xtask fuzz-corpus`.
//!
//! `fuzz-corpus FOLDER` fills a folder for each target.

#![forbid(unsafe_code)]

use std::path::Path;
use std::{env, fs, io};

use ottla_hostile::{seeds, targets};

fn main() -> io::Result<()> {
    let folder = env::args()
        .nth(1)
        .unwrap_or_else(|| "fuzz/corpus".to_owned());
    let mut written = 0;
    for input in seeds::all(1) {
        let place = Path::new(&folder).join(targets::target_of(input.kind));
        fs::create_dir_all(&place)?;
        fs::write(
            place.join(format!("seed-{written:05}")),
            targets::bytes_of(&input),
        )?;
        written += 1;
    }
    println!("{written} files in {folder}");
    Ok(())
}
