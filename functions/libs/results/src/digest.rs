//! SHA-256 of what is read, while it is read.

use std::io::{self, BufRead, Read};

use sha2::{Digest as _, Sha256};

/// Counts and sums what is read through it.
pub struct Summing<R> {
    inner: R,
    sum: Sha256,
    size: u64,
}

/// Size and sum of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower case hexadecimal digits.
    pub sha256: String,
}

impl<R> Summing<R> {
    /// Sums what is read from `inner`.
    pub fn new(inner: R) -> Self {
        Self { inner, sum: Sha256::new(), size: 0 }
    }

    /// The digest of what was read.
    pub fn digest(self) -> Digest {
        let sha256 = self.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Digest { size: self.size, sha256 }
    }
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.sum.update(&buffer[..read]);
        self.size += read as u64;
        Ok(read)
    }
}

/// Reads on to the end, for a sum covers every byte.
pub fn drain(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let read = reader.fill_buf()?.len();
        if read == 0 {
            return Ok(());
        }
        reader.consume(read);
    }
}

/// The digest of everything that `reader` gives.
pub fn digest(reader: impl Read) -> io::Result<Digest> {
    let mut summing = Summing::new(reader);
    io::copy(&mut summing, &mut io::sink())?;
    Ok(summing.digest())
}

impl<R> std::fmt::Debug for Summing<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Summing").field("size", &self.size).finish_non_exhaustive()
    }
}
