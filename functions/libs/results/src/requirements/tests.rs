//! Files of requirements, held against pip's own parser where there is one.

mod judged_by_pip;

use std::collections::BTreeMap;

use super::*;

/// Files that are there in every package of these tests.
const PACKAGE: [(&str, &str); 5] = [
    ("pyproject.toml", ""),
    ("lib/setup.py", ""),
    ("wheels/a-1-py3-none-any.whl", ""),
    ("docs/a.md", ""),
    ("base.txt", "six\n"),
];

type Files = BTreeMap<String, Vec<u8>>;

fn package(files: &[(&str, &[u8])]) -> Files {
    let always = PACKAGE.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    always.chain(files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()))).collect()
}

fn read(files: &Files) -> Result<Requirements, Problem> {
    let kind = |path: &str| match files.contains_key(path) {
        true => Some(Kind::File),
        false => files.keys().any(|file| file.starts_with(&format!("{path}/"))).then_some(Kind::Folder),
    };
    let mut reader = Reader::new(kind);
    while let Some(path) = reader.wants().map(str::to_owned) {
        reader.feed(&files[&path])?;
    }
    reader.finish()
}

fn of(text: &str) -> Result<Requirements, Problem> {
    read(&package(&[(FILE, text.as_bytes())]))
}

fn refusals(texts: &[&str]) -> String {
    let refusal = |text: &&str| match of(text) {
        Ok(read) => panic!("{text:?} is taken: {read:?}"),
        Err(problem) => problem.to_string(),
    };
    texts.iter().map(refusal).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_package_without_the_file_asks_for_nothing() {
    assert_eq!(read(&package(&[])).unwrap(), Requirements::default());
}

#[test]
fn what_the_package_and_the_index_have_is_taken() {
    let text = "# see https://example.com\n--require-hashes\nrequests==2.31.0 \\\n    --hash=sha256:00 # pinned\n\n\
                --only-binary :all:\nsix ; python_version < \"4\"\n--no-index\n--pre\nPyYAML[x]>=6,<7\n\
                -f wheels\n./wheels/a-1-py3-none-any.whl\n";
    assert_eq!(of(text).unwrap().own, Own::Copied);
    assert_eq!(of("six\r\n-r base.txt\r\n").unwrap().files.len(), 2);
    assert_eq!(of("-rbase.txt\n-c base.txt").unwrap().files.len(), 2);
    for own in [".", "./lib", ".[test]", "lib/", ". ; python_version > '3'", "./docs/../lib"] {
        assert_eq!(of(own).unwrap().own, Own::Copied, "{own}");
    }
    for own in ["-e .", "-e.", "--editable=./lib", "--edit .[test]", "./lib\n-e ."] {
        assert_eq!(of(own).unwrap().own, Own::InPlace, "{own}");
    }
}

#[test]
fn what_leads_elsewhere_is_refused_with_file_line_and_the_fix() {
    let lines = [
        "six\n--index-url https://example.com/simple",
        "-i https://example.com/simple",
        "--extra-index-url=https://example.com/simple",
        "--trusted-host example.com",
        "--find-links https://example.com/wheels",
        "a @ https://example.com/a.whl",
        "a@git+https://example.com/a",
        "git+https://example.com/a",
        "git+https://user:password@example.com/a@v1",
        "-e git+https://example.com/a#egg=a",
        "-e git@example.com:a/b.git#egg=b",
        "https://example.com/a.tar.gz",
        "file:///srv/a.whl",
        "a @ file:///srv/a.whl",
        "/srv/a.whl",
        "../lib",
        "-e ..",
        "./lib/../..",
        "~/lib",
        "-r ../base.txt",
        "-r https://example.com/base.txt",
        "--use-feature fast-deps",
    ];
    insta::assert_snapshot!(refusals(&lines), @r#"
    requirements.txt: line 2: has the option --index-url, which leads to another index, leave it out: packages come from the deployment's index, which QAOPS_PYTHON_INDEX names
    requirements.txt: line 1: has the option --index-url, which leads to another index, leave it out: packages come from the deployment's index, which QAOPS_PYTHON_INDEX names
    requirements.txt: line 1: has the option --extra-index-url, which leads to another index, leave it out: packages come from the deployment's index, which QAOPS_PYTHON_INDEX names
    requirements.txt: line 1: has the option --trusted-host, which is about another index, leave it out: packages come from the deployment's index, which QAOPS_PYTHON_INDEX names
    requirements.txt: line 1: looks for archives in "https://example.com/wheels", which is not a folder of the package, put the archives into a folder of the package and name that
    requirements.txt: line 1: names the address "a @ https://example.com/a.whl", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "a@git+https://example.com/a", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "git+https://example.com/a", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "git+https://***@example.com/a@v1", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "git+https://example.com/a#egg=a", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "git@example.com:a/b.git#egg=b", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "https://example.com/a.tar.gz", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "file:///srv/a.whl", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names the address "a @ file:///srv/a.whl", put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or publish it in the deployment's index and write its name
    requirements.txt: line 1: names "/srv/a.whl", which lies outside of the package, write a path within the package
    requirements.txt: line 1: names "../lib", which leads out of the package, put it into the package and write a path within the package
    requirements.txt: line 1: names "..", which leads out of the package, put it into the package and write a path within the package
    requirements.txt: line 1: names "./lib/../..", which leads out of the package, put it into the package and write a path within the package
    requirements.txt: line 1: names "~/lib", which lies outside of the package, write a path within the package
    requirements.txt: line 1: names "../base.txt", which leads out of the package, put it into the package and write a path within the package
    requirements.txt: line 1: includes "https://example.com/base.txt", which is not a file of the package, put the file into the package and write its path
    requirements.txt: line 1: has the option --use-feature, which not every pip has, leave it out
    "#);
}

#[test]
fn what_pip_cannot_read_or_find_is_refused() {
    let lines = [
        "-r more.txt",
        "-c docs",
        "./docs",
        "./wheels/b.whl",
        "b-1-py3-none-any.whl",
        "./docs/a.md",
        "base.txt",
        "six = 1",
        "six ==",
        "two words",
        "six ; python_versio < '4'",
        "--nonsense x",
        "--hash",
        "--pre=yes",
        "-r 'base.txt",
        "six -r base.txt",
        "six==${VERSION}",
    ];
    insta::assert_snapshot!(refusals(&lines), @r#"
    requirements.txt: line 1: includes "more.txt", but the package has no file "more.txt", add the file, or correct the path: it is relative to this file
    requirements.txt: line 1: includes "docs", but the package has no file "docs", add the file, or correct the path: it is relative to this file
    requirements.txt: line 1: installs the folder "./docs", which has neither pyproject.toml nor setup.py, add a pyproject.toml to it
    requirements.txt: line 1: names "./wheels/b.whl", which the package does not have, correct the path: it is relative to the package's root
    requirements.txt: line 1: names "b-1-py3-none-any.whl", which the package does not have, correct the path: it is relative to the package's root
    requirements.txt: line 1: names the file "./docs/a.md", which is not an archive that pip installs, write -r before it if it is a list of requirements
    requirements.txt: line 1: names the file "base.txt" as if it were a package, write -r before it
    requirements.txt: line 1: is not a requirement that pip accepts (no such comparison operator "=", must be one of ~= == != <= >= < > ===), write it like "name==1.2"
    requirements.txt: line 1: is not a requirement that pip accepts (Unexpected end of version specifier, expected version), write it like "name==1.2"
    requirements.txt: line 1: is not a requirement that pip accepts (Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `w`), write it like "name==1.2"
    requirements.txt: line 1: is not a requirement that pip accepts (Expected a quoted string or a valid marker name, found `python_versio`), write it like "name==1.2"
    requirements.txt: line 1: has the option --nonsense, which pip does not take in such a file, see the documentation of pip
    requirements.txt: line 1: has the option --hash without its value, see the documentation of pip
    requirements.txt: line 1: has a value for the option --pre, which takes none, see the documentation of pip
    requirements.txt: line 1: has a quotation mark that is not closed, close it
    requirements.txt: line 1: has the option --requirement beside a requirement, give it a line of its own
    requirements.txt: line 1: has ${VERSION}, and no instance has a variable for it, write the value itself
    "#);
}

#[test]
fn a_version_of_robot_framework_that_cannot_run_here_is_refused() {
    for good in [
        "robotframework",
        "robotframework>=4",
        "RobotFramework==7.5",
        "robotframework-seleniumlibrary==4.1",
        "robotframework==6.0.2 ; python_version < '3'",
    ] {
        assert!(of(good).is_ok(), "{good}");
    }
    insta::assert_snapshot!(refusals(&["robotframework==4.1.3", "Robot_Framework<6\nrobotframework <6", "robotframework[x] ~= 3.2 ; python_version > '3'"]), @r#"
    requirements.txt: line 1: asks for robotframework==4.1.3, but QAOps needs version 6.1 or newer, write robotframework>=6.1
    requirements.txt: line 2: asks for robotframework<6, but QAOps needs version 6.1 or newer, write robotframework>=6.1
    requirements.txt: line 1: asks for robotframework~=3.2, but QAOps needs version 6.1 or newer, write robotframework>=6.1
    "#);
}

#[test]
fn hashes_are_those_of_pip() {
    for good in ["six==1 --hash=sha256:ab", "six==1 --hash sha384:ab --hash=sha512:cd", "--require-hashes"] {
        assert!(of(good).is_ok(), "{good}");
    }
    insta::assert_snapshot!(refusals(&["six==1 --hash=md5:ab", "six==1 --hash=sha256:", "six==1 --hash=ab"]), @r#"
    requirements.txt: line 1: has the hash "md5:ab", which pip does not take, write one of sha256, sha384 or sha512, such as --hash=sha256:0123ab
    requirements.txt: line 1: has the hash "sha256:", which pip does not take, write one of sha256, sha384 or sha512, such as --hash=sha256:0123ab
    requirements.txt: line 1: has the hash "ab", which pip does not take, write one of sha256, sha384 or sha512, such as --hash=sha256:0123ab
    "#);
}

#[test]
fn any_version_by_its_very_text() {
    assert!(of("six===1.16.0").is_ok());
}

#[test]
fn included_files_are_found_beside_the_file_that_includes_them() {
    let files = package(&[
        (FILE, b"-r requirements/all.txt\n"),
        ("requirements/all.txt", b"-r ../base.txt\n-r more/one.txt\n-c limits.txt\n"),
        ("requirements/more/one.txt", b"# all of it\n-r ../limits.txt\n-e ./lib\n"),
        ("requirements/limits.txt", b"six<2\n"),
    ]);
    let read = read(&files).unwrap();
    let paths: Vec<&str> = read.files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        ["base.txt", FILE, "requirements/all.txt", "requirements/limits.txt", "requirements/more/one.txt"]
    );
    assert_eq!(read.own, Own::InPlace);
}

#[test]
fn a_mistake_in_an_included_file_is_named_there() {
    let files = package(&[(FILE, b"-r a/b.txt\n"), ("a/b.txt", b"six\n\n-i https://example.com\n")]);
    insta::assert_snapshot!(read(&files).unwrap_err(), @"a/b.txt: line 3: has the option --index-url, which leads to another index, leave it out: packages come from the deployment's index, which QAOPS_PYTHON_INDEX names");
}

#[test]
fn files_that_include_each_other_and_too_many_files_are_refused() {
    let circle = package(&[(FILE, b"six\n-r a.txt\n"), ("a.txt", b"-r b.txt\n"), ("b.txt", b"-r a.txt\n")]);
    insta::assert_snapshot!(read(&circle).unwrap_err(), @"a.txt: line 1: b.txt includes this file again, and pip would never come to an end, take one of the two lines out");
    insta::assert_snapshot!(of("-r requirements.txt").unwrap_err(), @"requirements.txt: line 1: requirements.txt includes this file again, and pip would never come to an end, take one of the two lines out");
    let many: Vec<(String, Vec<u8>)> = (0..=MOST_FILES).map(|n| (format!("{n}.txt"), Vec::new())).collect();
    let list: String = many.iter().map(|(path, _)| format!("-r {path}\n")).collect();
    let mut files = package(&[(FILE, list.as_bytes())]);
    files.extend(many);
    insta::assert_snapshot!(read(&files).unwrap_err(), @"requirements.txt: line 64: more than 64 files are included, put their lines into fewer files");
}

#[test]
fn constraints_are_names_and_versions_only() {
    let with = |text: &str| read(&package(&[(FILE, b"six\n-c limits.txt\n"), ("limits.txt", text.as_bytes())]));
    assert!(with("six==1.16 # why\n").is_ok());
    let refused = ["-e .", ".", "six[x]==1"].map(|line| with(line).unwrap_err().to_string());
    insta::assert_snapshot!(refused.join("\n"), @r#"
    limits.txt: line 1: has -e in a file of constraints, which pip refuses, write the name only
    limits.txt: line 1: has the path "." in a file of constraints, which pip refuses, write name and version
    limits.txt: line 1: has extras in a file of constraints, which pip refuses, write the name without the part in brackets
    "#);
}

#[test]
fn a_folder_beside_hashes_is_refused() {
    insta::assert_snapshot!(of("six==1.16.0 --hash=sha256:00\n\n-e .\n").unwrap_err(), @"requirements.txt: line 3: a folder has no hash, but with line 1 of requirements.txt pip wants one of everything, take the hashes out, or put a wheel into the package and write its hash");
}

#[test]
fn every_encoding_that_pip_takes_is_read() {
    let text = "# größe\nsix\n";
    let utf16 = |mark: &[u8], swap: bool| {
        let units =
            text.encode_utf16().flat_map(move |unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() });
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    let latin = |label: &str| [format!("# -*- coding: {label} -*-\n").as_bytes(), b"# gr\xf6\xdfe\nsix\n"].concat();
    let taken = [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        utf16(b"\xff\xfe", false),
        utf16(b"\xfe\xff", true),
        latin("latin-1"),
        latin("ISO-8859-15"),
        latin("cp1252"),
        latin("iso8859_1"),
    ];
    for bytes in taken {
        assert!(read(&package(&[(FILE, &bytes)])).is_ok(), "{bytes:?}");
    }
    let refused = [
        b"# gr\xf6\xdfe\nsix\n".to_vec(),
        latin("ascii"),
        latin("klingon"),
        b"\xff\xfes".to_vec(),
        b"\xff\xfe\0\0s\0\0\0".to_vec(),
    ];
    let told = refused.map(|bytes| read(&package(&[(FILE, &bytes)])).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @r#"
    requirements.txt: is not UTF-8, save it as UTF-8
    requirements.txt: is not UTF-8, save it as UTF-8
    requirements.txt: declares the encoding "klingon", which is not known here, save it as UTF-8
    requirements.txt: is not UTF-16, save it as UTF-8
    requirements.txt: is UTF-32, save it as UTF-8
    "#);
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    insta::assert_snapshot!(of(&"#".repeat(MOST_BYTES as usize + 1)).unwrap_err(), @"requirements.txt: has 1048577 bytes, but may have 1048576, shorten it");
}
