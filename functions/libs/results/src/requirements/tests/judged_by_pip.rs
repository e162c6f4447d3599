//! The same files for pip's own parser: what it reads, we read; what it refuses, we refuse.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

/// Prints a line for each folder that is named: what pip's parser says of the file in it, `taken` or its error.
const SCRIPT: &str = "
import os, sys
from pip._internal.req.constructors import install_req_from_parsed_requirement as make
from pip._internal.req.req_file import parse_requirements
for folder in sys.argv[1:]:
    os.chdir(folder)
    try:
        for parsed in parse_requirements('requirements.txt', session=None):
            make(parsed)
        print('taken')
    except BaseException as error:
        print(repr(error))
";

/// A Python with pip; none, with a word, where there is none.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("QAOPS_PYTHON").map(PathBuf::from).or_else(|| which::which("python3").ok());
    let has_pip =
        |python: &PathBuf| Command::new(python).args(["-c", "import pip"]).status().is_ok_and(|s| s.success());
    let found = named.filter(has_pip);
    if found.is_none() {
        eprintln!("skipped: there is no Python with pip on the search path and none in QAOPS_PYTHON");
    }
    found
}

/// What pip says of each of these packages.
fn by_pip(python: &Path, packages: &[Files]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.env("PYTHONUTF8", "1").args(["-c", SCRIPT]);
    for (number, files) in packages.iter().enumerate() {
        let root = folder.path().join(number.to_string());
        for (path, bytes) in files {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), bytes).unwrap();
        }
        command.arg(root);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Fails where we take what pip refuses, or the other way round.
fn compare(python: &Path, contents: &[&[u8]]) {
    let packages: Vec<Files> = contents.iter().map(|bytes| package(&[(FILE, bytes)])).collect();
    let said = by_pip(python, &packages);
    assert_eq!(said.len(), packages.len());
    let differs = |(files, pip): (&Files, &String)| {
        let ours = read(files);
        let text = String::from_utf8_lossy(&files[FILE]).into_owned();
        (ours.is_ok() != (pip == "taken")).then(|| format!("{text:?}: we say {ours:?}, pip says {pip}"))
    };
    let differ: Vec<String> = packages.iter().zip(&said).filter_map(differs).collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn what_is_taken_or_refused_for_its_form_is_so_for_pip() {
    let Some(python) = python() else { return };
    let texts = [
        "six",
        "six # why",
        "six#why",
        "six==1.16.0 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11",
        "six \\\n# a comment\n==1",
        "six \\\n",
        "six \\ \n==1",
        "\\\nsix",
        "six\u{2028}pyyaml",
        "six\x0cpyyaml",
        "six; python_version < '4'",
        "six;python_version<'4'",
        "six ; python_versio < '4'",
        "six[a,b]>=1,!=1.2.*,<2",
        "six (>=1)",
        "six = 1",
        "two words",
        "-six",
        "--pre six",
        "--no-binary :all:",
        "--no-binary=six --only-binary pyyaml",
        "--prefer-b",
        "--pre --require-hashes",
        "--hash",
        "--pre=yes",
        "--nonsense",
        "-r base.txt",
        "-rbase.txt",
        "-r 'base.txt'",
        "--requirement=base.txt",
        "--req base.txt",
        "-r more.txt",
        "-r \"base.txt",
        "-c base.txt",
        ".",
        ".[test]",
        "./lib",
        "lib/",
        "./docs",
        "-e .",
        "-e ./lib[x]",
        "-e ./docs/a.md",
        "./wheels/a-1-py3-none-any.whl",
        "./docs/a.md",
        "-f wheels",
        "six\n\n\n-e ./nothing",
    ];
    // pip before 24.1 also takes what has no version, such as "six ==", and fails later; no such line is here.
    compare(&python, &texts.map(str::as_bytes));
}

#[test]
fn an_encoding_that_is_read_is_read_by_pip() {
    let Some(python) = python() else { return };
    let files: [&[u8]; 7] = [
        b"\xff\xfes\0i\0x\0\n\0",
        b"\xfe\xff\0s\0i\0x",
        b"\xef\xbb\xbfsix\n",
        b"# -*- coding: latin-1 -*-\nsix # \xf6\n",
        b"\n# coding=cp1252\nsix # \xf6\n",
        b"six # \xf6\n",
        b"# coding: klingon\nsix\n",
    ];
    compare(&python, &files);
}
