//! Where a CSV file may be cut: only a pass over all quotes can tell a line break inside a field from the end of a row.

use std::io::Read;

use crate::error::Why;
use crate::source::Buffer;

/// Places of first bytes of rows, each the first at or behind a multiple of `size` bytes, without that of the header. Parts between
/// them are masked on their own with the names of the columns as the table's `header`.
pub fn cuts(reader: impl Read, size: u64) -> Result<Vec<u64>, Why> {
    let mut buffer = Buffer::new(reader);
    let (mut at, mut inside, mut next, mut cuts) = (0_u64, false, size.max(1), Vec::new());
    while buffer.fill()? {
        let bytes = buffer.bytes();
        for place in memchr::memchr2_iter(b'"', b'\n', bytes) {
            let behind = at + place as u64 + 1;
            match bytes.get(place) {
                Some(b'"') => inside = !inside,
                _ if !inside && behind >= next => {
                    cuts.push(behind);
                    next = (behind / size.max(1) + 1) * size.max(1);
                }
                _ => {}
            }
        }
        let length = bytes.len();
        at += length as u64;
        buffer.consume(length);
    }
    if inside {
        return Err(Why::Syntax("a quote is not closed"));
    }
    cuts.retain(|cut| *cut < at);
    Ok(cuts)
}
