//! Machines that are not as a developer's usually are.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;

use tempfile::TempDir;

fn package() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.robot"), "*** Test Cases ***\nT\n    No Operation\n").unwrap();
    folder
}

#[test]
fn a_proxy_that_leads_nowhere_and_folders_with_spaces_keep_no_run_from_its_end() {
    let (package, machine) = (package(), tempfile::tempdir().unwrap());
    let folder = |name: &str| {
        let folder = machine.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        folder
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_qaops"));
    for name in ["HTTP_PROXY", "http_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    let out = folder("the results");
    command.env("XDG_CACHE_HOME", folder("a cache")).env("TMPDIR", folder("temporary files"));
    let output = command.arg("run").arg(package.path()).arg("--out").arg(out).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn too_few_open_files_are_told_before_anything_starts() {
    let package = package();
    let line = format!("ulimit -n 64 && exec '{}' run '{}'", env!("CARGO_BIN_EXE_qaops"), package.path().display());
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("may open 64 files only, and the local cloud needs 256"), "{told}");
}
