//! `qaops metrics FILE…`: one JSON line of counts for each result file.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use results::{Description, describe};

/// Writes one line a file; true if every file was read.
pub fn metrics(files: &[PathBuf], out: &mut impl Write) -> io::Result<bool> {
    let mut all_read = true;
    for path in files {
        let description = of(path);
        all_read &= !matches!(description, Description::Refused { .. });
        serde_json::to_writer(&mut *out, &description)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(all_read)
}

fn of(path: &Path) -> Description {
    let name = path.to_string_lossy();
    match File::open(path) {
        Ok(file) => describe(&name, BufReader::with_capacity(1 << 16, file)),
        Err(error) => Description::refused(&name, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_one_line_and_one_that_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let output = r#"<robot generator="Robot 7"><suite name="S"><test name="a"><status status="FAIL"/></test></suite></robot>"#;
        std::fs::write(path("output.xml"), output).unwrap();
        std::fs::write(path("photo.xml"), "\u{fffd}PNG").unwrap();
        let mut out = Vec::new();
        let files = ["output.xml", "photo.xml", "missing.xml", "."].map(path);
        assert!(!metrics(&files, &mut out).unwrap());
        let told = String::from_utf8(out).unwrap().replace(&*folder.path().to_string_lossy(), "…");
        insta::assert_snapshot!(told, @r#"
        {"file":"…/output.xml","tests":1,"passed":0,"failed":1,"skipped":0,"complete":true}
        {"file":"…/photo.xml","error":"line 1, byte 0: not well-formed: a text outside of the root element"}
        {"file":"…/missing.xml","error":"No such file or directory (os error 2)"}
        {"file":"…/.","error":"failed to read the file: Is a directory (os error 21)"}
        "#);
    }

    #[test]
    fn only_readable_files_are_all_read() {
        let mut out = Vec::new();
        assert!(metrics(&[], &mut out).unwrap());
        assert!(out.is_empty());
    }
}
