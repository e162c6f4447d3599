//! Names of entries as the programs that unpack zips read them: Info-ZIP's `unzip` and Python's `zipfile`.

use domain::base::problem::Problem;
use domain::package::contents;
use flate2::Crc;
use oem_cp::code_table::DECODING_TABLE_CP437;
use rc_zip::parse::{CentralDirectoryFileHeader, HostSystem};

/// Flag of a name that is UTF-8.
const UTF_8: u16 = 1 << 11;

/// Tag of Info-ZIP's extra field with the name in UTF-8.
const UNICODE_PATH: u16 = 0x7075;

/// The name of an entry with `/` between folders.
///
/// It is UTF-8 where a flag or Info-ZIP's extra field says so, and where it can be, for macOS writes no flag; or else it is
/// in the format's own code page 437 (APPNOTE.TXT, appendix D). Backslashes are separators in an entry of DOS that has no
/// `/` (`unzip`'s rule), as PowerShell 5.1 writes it.
pub(super) fn of(header: &CentralDirectoryFileHeader<'_>) -> Result<String, Problem> {
    let name = decoded(header)?;
    let is_dos = matches!(header.creator_version.host_system, HostSystem::MsDos | HostSystem::WindowsNtfs);
    if is_dos && !name.contains('/') { Ok(name.replace('\\', "/")) } else { Ok(name) }
}

fn decoded(header: &CentralDirectoryFileHeader<'_>) -> Result<String, Problem> {
    let bytes = &header.name;
    if let Some(name) = unicode_path(&header.extra, bytes) {
        return Ok(name);
    }
    match std::str::from_utf8(bytes) {
        Ok(name) => Ok(name.to_owned()),
        Err(_) if header.flags & UTF_8 == 0 => Ok(oem_cp::decode_string_complete_table(bytes, &DECODING_TABLE_CP437)),
        Err(_) => {
            let shown = String::from_utf8_lossy(bytes).into_owned();
            Err(contents::problem(&shown, "is a name that is not UTF-8, though the zip says so", "zip it anew"))
        }
    }
}

/// The name in Info-ZIP's extra field, if it is that of this name: it bears the name's CRC-32.
fn unicode_path(extra: &[u8], name: &[u8]) -> Option<String> {
    let field = super::extra::field(extra, UNICODE_PATH)?;
    let (&version, rest) = field.split_first()?;
    let (sum, path) = rest.split_first_chunk::<4>()?;
    let mut crc = Crc::new();
    crc.update(name);
    let is_its_own = version == 1 && u32::from_le_bytes(*sum) == crc.sum() && !path.is_empty();
    if is_its_own { String::from_utf8(path.to_vec()).ok() } else { None }
}

/// The path of a name without its empty parts and those of `.`, which say nothing; none for the root itself. A name that
/// begins with `/` keeps it, and is refused, unless it is the root.
pub(super) fn path(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() && !name.is_empty() {
        return None;
    }
    let root = if name.starts_with('/') { "/" } else { "" };
    Some(format!("{root}{}", parts.join("/")))
}
