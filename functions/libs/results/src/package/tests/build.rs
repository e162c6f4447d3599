//! Makes zips byte by byte, so that each field of the format can be wrong.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// An entry with every field that a hostile zip may set.
#[derive(Clone)]
pub(super) struct File {
    pub(super) name: Vec<u8>,
    pub(super) content: Vec<u8>,
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) mode: u32,
    /// What the directory says of the content, if not the truth.
    pub(super) size: Option<u32>,
    pub(super) crc: Option<u32>,
    pub(super) offset: Option<u32>,
    pub(super) compressed: Option<u32>,
    pub(super) extra: Vec<u8>,
    /// System that the zip says it comes from: 0 is DOS, 3 is Unix.
    pub(super) host: u8,
}

/// A regular file, deflated.
pub(super) fn file(name: &str, content: &str) -> File {
    File {
        name: name.as_bytes().to_vec(),
        content: content.as_bytes().to_vec(),
        method: 8,
        flags: 0,
        mode: 0o100_644,
        size: None,
        crc: None,
        offset: None,
        compressed: None,
        extra: Vec::new(),
        host: 3,
    }
}

impl File {
    pub(super) fn stored(self) -> Self {
        Self { method: 0, ..self }
    }

    pub(super) fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    fn packed(&self) -> Vec<u8> {
        if self.method != 8 {
            return self.content.clone();
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.content).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn checksum(&self) -> u32 {
        let mut crc = Crc::new();
        crc.update(&self.content);
        self.crc.unwrap_or(crc.sum())
    }

    /// Version to flags, CRC and sizes, as local header and directory both have them.
    fn common(&self, packed: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for short in [20, self.flags, self.method, 0, 0x21] {
            bytes.extend(u16::to_le_bytes(short));
        }
        let size = self.size.unwrap_or(self.content.len() as u32);
        let compressed = self.compressed.unwrap_or(packed.len() as u32);
        for long in [self.checksum(), compressed, size] {
            bytes.extend(u32::to_le_bytes(long));
        }
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes
    }
}

/// A zip with every field of its end that a hostile one may set.
#[derive(Clone, Default)]
pub(super) struct Zip {
    pub(super) entries: Vec<File>,
    pub(super) before: Vec<u8>,
    pub(super) count: Option<u16>,
    pub(super) directory_at: Option<u32>,
    pub(super) disk: u16,
}

impl Zip {
    pub(super) fn of(entries: impl IntoIterator<Item = File>) -> Self {
        Self { entries: entries.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn and(mut self, entry: File) -> Self {
        self.entries.push(entry);
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut zip = self.before.clone();
        let mut directory = Vec::new();
        for entry in &self.entries {
            let offset = entry.offset.unwrap_or(zip.len() as u32);
            let packed = entry.packed();
            zip.extend(b"PK\x03\x04");
            zip.extend(entry.common(&packed));
            zip.extend([0, 0]);
            zip.extend(&entry.name);
            zip.extend(&packed);
            directory.extend(b"PK\x01\x02\x14");
            directory.push(entry.host);
            directory.extend(entry.common(&packed));
            directory.extend((entry.extra.len() as u16).to_le_bytes());
            directory.extend([0; 6]);
            directory.extend((entry.mode << 16).to_le_bytes());
            directory.extend(offset.to_le_bytes());
            directory.extend(&entry.name);
            directory.extend(&entry.extra);
        }
        let count = self.count.unwrap_or(self.entries.len() as u16);
        let at = self.directory_at.unwrap_or(zip.len() as u32);
        zip.extend(&directory);
        zip.extend(b"PK\x05\x06");
        for short in [0, self.disk, count, count] {
            zip.extend(u16::to_le_bytes(short));
        }
        zip.extend((directory.len() as u32).to_le_bytes());
        zip.extend(at.to_le_bytes());
        zip.extend([0, 0]);
        zip
    }
}
