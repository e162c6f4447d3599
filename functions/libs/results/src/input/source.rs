//! Opens a file whatever it is packed in: finds gzip by its magic, the encoding by the byte order mark
//! or the XML declaration, and JSON by its first character, and gives plain UTF-8.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;

use super::error::{Error, Refusal};

/// Bytes at the start of a file in which its nature must show.
const HEAD: usize = 1024;
/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// A file as UTF-8.
pub(crate) struct Source<'a> {
    pub(crate) input: Box<dyn BufRead + 'a>,
    pub(crate) json: bool,
    /// Becomes true when the input turns out to be gzip that breaks off.
    pub(crate) cut: Rc<Cell<bool>>,
}

/// Opens a file. Only its first bytes are read.
pub(crate) fn open<'a>(input: impl BufRead + 'a) -> Result<Source<'a>, Error> {
    let (head, input) = peek(input)?;
    let cut = Rc::new(Cell::new(false));
    if !head.starts_with(&[0x1f, 0x8b]) {
        return text(&head, input, cut);
    }
    let unpacked = Unpacked { packed: MultiGzDecoder::new(input), cut: Rc::clone(&cut) };
    let (head, input) = peek(BufReader::with_capacity(CHUNK, unpacked))?;
    text(&head, input, cut)
}

type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

fn peek<R: BufRead>(mut input: R) -> Result<(Vec<u8>, Peeked<R>), Error> {
    let mut head = Vec::with_capacity(HEAD);
    input.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|error| from_io(error, 1, 0))?;
    let input = Cursor::new(head.clone()).chain(input);
    Ok((head, input))
}

fn text<'a>(head: &[u8], mut input: impl BufRead + 'a, cut: Rc<Cell<bool>>) -> Result<Source<'a>, Error> {
    let (encoding, mark) = encoding(head).map_err(|reason| Error::Refused { line: 1, byte: 0, reason })?;
    input.consume(mark);
    if encoding == UTF_8 {
        let json = is_json(&head[mark..]);
        return Ok(Source { input: Box::new(input), json, cut });
    }
    let mut input = Transcoded::new(input, encoding.new_decoder_without_bom_handling());
    let json = is_json(input.fill_buf().map_err(|error| from_io(error, 1, 0))?);
    Ok(Source { input: Box::new(input), json, cut })
}

fn is_json(head: &[u8]) -> bool {
    head.trim_ascii_start().first() == Some(&b'{')
}

/// The encoding, and the length of the byte order mark.
fn encoding(head: &[u8]) -> Result<(&'static Encoding, usize), Refusal> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => Ok((UTF_8, 3)),
        [0xfe, 0xff, ..] => Ok((UTF_16BE, 2)),
        [0xff, 0xfe, ..] => Ok((UTF_16LE, 2)),
        [0, b'<', 0, ..] => Ok((UTF_16BE, 0)),
        [b'<', 0, _, 0, ..] => Ok((UTF_16LE, 0)),
        _ => declared(head).map(|encoding| (encoding, 0)),
    }
}

/// The encoding that the XML declaration names; UTF-8 if it names none.
fn declared(head: &[u8]) -> Result<&'static Encoding, Refusal> {
    let end = head.windows(2).position(|pair| pair == b"?>").unwrap_or(0);
    let declaration = head.starts_with(b"<?xml").then(|| String::from_utf8_lossy(&head[..end]));
    let Some(label) = declaration.as_deref().and_then(label) else { return Ok(UTF_8) };
    let encoding = Encoding::for_label(label.as_bytes());
    match encoding {
        None => Err(Refusal::malformed(format!("unknown encoding '{label}'"))),
        Some(wide) if wide == UTF_16LE || wide == UTF_16BE => {
            Err(Refusal::malformed("the file is not in the encoding that it declares"))
        }
        Some(encoding) => Ok(encoding),
    }
}

fn label(declaration: &str) -> Option<&str> {
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next()
}

/// Our own refusals travel through readers as I/O errors; this takes them out again.
pub(crate) fn from_io(error: io::Error, line: u64, byte: u64) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
        Some(reason) => Error::Refused { line, byte, reason: reason.clone() },
        None => Error::Read(error),
    }
}

/// Gzip, whose untimely end is an end, so that what was unpacked before it can be used.
struct Unpacked<R> {
    packed: MultiGzDecoder<R>,
    cut: Rc<Cell<bool>>,
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.packed.read(buf) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.cut.set(true);
                Ok(0)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                Err(io::Error::other(Refusal::malformed(format!("gzip: {error}"))))
            }
            read => read,
        }
    }
}

/// Another encoding as UTF-8.
struct Transcoded<R> {
    input: R,
    decoder: Decoder,
    output: Vec<u8>,
    at: usize,
    filled: usize,
    ended: bool,
}

impl<R: BufRead> Transcoded<R> {
    fn new(input: R, decoder: Decoder) -> Self {
        Transcoded { input, decoder, output: vec![0; CHUNK], at: 0, filled: 0, ended: false }
    }

    fn decode(&mut self) -> io::Result<()> {
        let bytes = self.input.fill_buf()?;
        let last = bytes.is_empty();
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.output, last);
        self.input.consume(read);
        (self.at, self.filled) = (0, written);
        self.ended = last && result != DecoderResult::OutputFull;
        match result {
            DecoderResult::Malformed(..) if !last => Err(io::Error::other(Refusal::malformed("invalid characters"))),
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Transcoded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Transcoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.filled && !self.ended {
            self.decode()?;
        }
        Ok(&self.output[self.at..self.filled])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}
