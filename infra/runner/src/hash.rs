//! SHA-256 sums.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use domain::results::manifest::Upload;
use sha2::{Digest, Sha256};

/// Size and sum of a file.
pub fn of_file(path: &Path) -> io::Result<Upload> {
    let mut file = File::open(path)?;
    let mut sum = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(Upload { size, sha256: hex::encode(sum.finalize()) });
        }
        sum.update(&buffer[..read]);
        size += read as u64;
    }
}
