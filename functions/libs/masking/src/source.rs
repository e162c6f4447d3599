//! Streams of extracts: compressed or not, and buffered for rows.

use std::io::{self, Read, Write};

use flate2::Compression as Level;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::error::Why;

/// Bytes that a row may have.
pub const LONGEST_ROW: usize = 64 << 20;

/// Bytes that are read at once.
const CHUNK: usize = 128 << 10;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, of one member or several.
    Gzip,
}

impl Compression {
    /// What a file's name says.
    pub fn of_name(name: &str) -> Self {
        if name.to_ascii_lowercase().ends_with(".gz") { Self::Gzip } else { Self::Plain }
    }
}

/// The text of a stream. The first bytes must be what the compression says. Data that is torn, and anything that follows the
/// last member of a gzip file, zeros too, is an error of the kind `InvalidData` or `UnexpectedEof` when reading comes there.
pub fn open<'r>(compression: Compression, mut reader: impl Read + 'r) -> Result<Box<dyn Read + 'r>, Why> {
    let mut start = Vec::new();
    (&mut reader).take(4).read_to_end(&mut start).map_err(read_error)?;
    let is_gzip = start.starts_with(GZIP);
    let whole = io::Cursor::new(start.clone()).chain(reader);
    match compression {
        _ if start.starts_with(ZSTD) => Err(Why::Format("zstd is not supported, export it plain or as gzip")),
        Compression::Gzip if is_gzip => Ok(Box::new(MultiGzDecoder::new(whole))),
        Compression::Gzip => Err(Why::Format("the file is no gzip, and its name says so")),
        Compression::Plain if is_gzip => Err(Why::Format("the file is gzip, and its name does not end with .gz")),
        Compression::Plain => Ok(Box::new(whole)),
    }
}

/// Writes with a compression, and the end of it when `finish` is called.
pub enum Sink<W: Write> {
    /// As it is.
    Plain(W),
    /// One member of gzip, without name and time.
    Gzip(Box<GzEncoder<W>>),
}

impl<W: Write> Sink<W> {
    /// A sink with a compression.
    pub fn new(compression: Compression, writer: W) -> Self {
        match compression {
            Compression::Plain => Self::Plain(writer),
            Compression::Gzip => Self::Gzip(Box::new(GzEncoder::new(writer, Level::fast()))),
        }
    }

    /// Writes what is left, and gives the writer back.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(mut writer) => writer.flush().map(|()| writer),
            Self::Gzip(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(writer) => writer.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(writer) => writer.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}

pub(crate) fn read_error(error: io::Error) -> Why {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => Why::Torn,
        _ => Why::Read(error),
    }
}

/// Bytes of a stream that were read and not used yet.
pub(crate) struct Buffer<R> {
    reader: R,
    bytes: Vec<u8>,
    start: usize,
    is_last: bool,
    /// Why the stream ends early, told when all that was read before is used.
    failed: Option<Why>,
}

impl<R: Read> Buffer<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, bytes: Vec::new(), start: 0, is_last: false, failed: None }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or(&[])
    }

    /// True if the stream has nothing behind these bytes.
    pub(crate) fn is_last(&self) -> bool {
        self.is_last
    }

    pub(crate) fn consume(&mut self, length: usize) {
        self.start = (self.start + length).min(self.bytes.len());
    }

    /// The first bytes, which count as used from now on.
    pub(crate) fn take(&mut self, length: usize) -> &[u8] {
        let from = self.start;
        self.consume(length);
        self.bytes.get(from..self.start).unwrap_or(&[])
    }

    /// Reads on; false at the stream's end. At least as much is read as there is, so that long rows are not looked at
    /// again and again.
    pub(crate) fn fill(&mut self) -> Result<bool, Why> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let wanted = CHUNK.max(self.bytes.len());
        if let Some(why) = self.failed.take() {
            return Err(why);
        }
        let before = self.bytes.len();
        let read = (&mut self.reader).take(wanted as u64).read_to_end(&mut self.bytes);
        let new = self.bytes.len() - before;
        match read {
            Err(error) if new == 0 => return Err(read_error(error)),
            Err(error) => self.failed = Some(read_error(error)),
            Ok(_) => self.is_last = new < wanted,
        }
        Ok(new > 0)
    }
}
