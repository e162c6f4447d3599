use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use tempfile::TempDir;
use zip::ZipArchive;

use super::*;

const SUITE: &str = "*** Test Cases ***\nOne\n    No Operation\n";

/// A folder `name` with these files in a folder of its own.
fn folder(name: &str, files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join(name);
    fs::create_dir(&folder).unwrap();
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    (above, folder)
}

fn open(path: &Path) -> Result<Package, PackageError> {
    Package::open(path, &std::env::temp_dir())
}

/// Names and modes of what is in the zip.
fn content(package: &Package) -> Vec<String> {
    let mut zip = ZipArchive::new(File::open(package.path()).unwrap()).unwrap();
    let entries = zip.len();
    let entry = |at| {
        let entry = zip.by_index(at).unwrap();
        format!("{:o} {}", entry.unix_mode().unwrap() & 0o777, entry.name().unwrap())
    };
    (0..entries).map(entry).collect()
}

fn names(package: &Package) -> Vec<String> {
    content(package).iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

fn refusal(path: &Path) -> String {
    let shown = path.parent().unwrap().display().to_string();
    open(path).unwrap_err().to_string().replace(&shown, "…")
}

/// A folder with what belongs into a package and what does not.
fn full_folder() -> (TempDir, PathBuf) {
    let output = "<?xml version=\"1.0\"?>\n<robot generator=\"Robot 7.5 (Python 3.11.7 on linux)\">";
    let log = "<html>\n<meta content=\"Robot Framework 7.5\" name=\"Generator\">";
    folder(
        "login",
        &[
            ("qaops.toml", "suite = \"sign-in\""),
            ("z.robot", SUITE),
            ("a/b.robot", SUITE),
            ("a/output.xml", output),
            ("start.sh", "#!/bin/sh"),
            (".env", "X=1"),
            (".config/shop.json", "{}"),
            ("node_modules/x/index.js", ""),
            ("report.html", "<h1>expected</h1>"),
            (".git/config", ""),
            ("a/.git", "gitdir: elsewhere"),
            ("a/.DS_Store", ""),
            (".qaops/runs/x", ""),
            ("a/__pycache__/x.pyc", ""),
            (".pytest_cache/x", ""),
            ("output.xml", output),
            ("log.html", log),
            ("results/verdict.json", ""),
            ("results/output.xml", output),
            ("venv/pyvenv.cfg", ""),
        ],
    )
}

#[test]
fn a_folder_becomes_a_sorted_zip_with_hidden_files_and_without_what_is_no_part_of_it() {
    let (_above, folder) = full_folder();
    fs::set_permissions(folder.join("start.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let _socket = UnixListener::bind(folder.join("socket")).unwrap();
    symlink("/nowhere", folder.join(".#lock")).unwrap();
    let package = open(&folder).unwrap();
    let expected = [
        ".config/",
        ".config/shop.json",
        ".env",
        "a/",
        "a/b.robot",
        "a/output.xml",
        "node_modules/",
        "node_modules/x/",
        "node_modules/x/index.js",
        "qaops.toml",
        "report.html",
        "start.sh",
        "z.robot",
    ];
    assert_eq!(names(&package), expected);
    assert!(content(&package).contains(&"755 start.sh".to_owned()));
    assert_eq!(package.suite, "sign-in");
    assert_eq!(package.checked.suite_files, ["a/b.robot", "z.robot"]);
    let packed = package.packed.unwrap();
    assert_eq!((packed.files, packed.left_out.len()), (9, 1));
    let left_out = [
        ".git/",
        ".pytest_cache/",
        ".qaops/",
        "a/.DS_Store",
        "a/.git",
        "a/__pycache__/",
        "log.html",
        "output.xml",
        "results/",
        "venv/",
    ];
    assert_eq!(packed.left_out["by default"], left_out);
}

#[test]
fn what_a_qaopsignore_names_is_left_out_and_what_it_takes_back_is_not() {
    let (_above, folder) = full_folder();
    let ignore = "# of the app\nnode_modules/\n/a/*\n!/a/b.robot\n!output.xml\nqaops.toml\n*.html\n";
    fs::write(folder.join(".qaopsignore"), ignore).unwrap();
    let package = open(&folder).unwrap();
    let names = names(&package);
    for kept in ["a/b.robot", "output.xml", "qaops.toml", ".qaopsignore"] {
        assert!(names.iter().any(|name| name == kept), "{kept}: {names:?}");
    }
    let left_out = package.packed.unwrap().left_out;
    let expected = ["a/.DS_Store", "a/.git", "a/__pycache__/", "log.html", "node_modules/", "report.html"];
    assert_eq!(left_out["by .qaopsignore"], expected);
    assert!(!left_out["by default"].iter().any(|path| path == "output.xml"));
    assert!(!names.iter().any(|name| name.starts_with("node_modules")));
}

#[test]
fn what_cannot_be_read_in_a_qaopsignore_is_refused_with_its_line() {
    let (_above, folder) = folder("s", &[("a.robot", SUITE), (".qaopsignore", "ok\n[z-a]\n")]);
    insta::assert_snapshot!(refusal(&folder), @".qaopsignore: line 2: is not a pattern: invalid range; 'z' > 'a', correct it");
    fs::write(folder.join(".qaopsignore"), b"caf\xe9/\n").unwrap();
    insta::assert_snapshot!(refusal(&folder), @".qaopsignore: line 1: is not UTF-8, save the file as UTF-8");
}

#[test]
fn a_qaopsignore_of_windows_is_read_as_any_other() {
    let (_above, folder) = folder("s", &[("a.robot", SUITE), ("a.log", ""), ("b.txt", "")]);
    fs::write(folder.join(".qaopsignore"), "\u{feff}*.log\r\n\r\nb.txt\r\n").unwrap();
    assert_eq!(open(&folder).unwrap().packed.unwrap().left_out["by .qaopsignore"], ["a.log", "b.txt"]);
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let (_above, folder) = folder("s", &[("b.robot", SUITE), ("a.robot", SUITE)]);
    let first = fs::read(open(&folder).unwrap().path()).unwrap();
    fs::write(folder.join("a.robot"), SUITE).unwrap();
    assert!(first == fs::read(open(&folder).unwrap().path()).unwrap());
}

#[test]
fn a_folder_without_settings_gets_an_empty_file_of_them() {
    let (_above, folder) = folder("My Tests (2)", &[("a.robot", SUITE)]);
    let package = open(&folder).unwrap();
    let mut zip = ZipArchive::new(File::open(package.path()).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name("qaops.toml").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), package.suite.as_str()), ("", "My-Tests-2"));
    assert_eq!(package.checked.config, domain::package::manifest::Config::default());
}

#[test]
fn a_zip_is_taken_as_it_stands_and_outlives_its_package() {
    let (above, folder) = folder("s", &[("qaops.toml", ""), ("a.robot", SUITE)]);
    let zip = above.path().join("check out.zip");
    let made = open(&folder).unwrap();
    fs::copy(made.path(), &zip).unwrap();
    let made_path = made.path().to_owned();
    drop(made);
    assert!(!made_path.exists());
    let given = open(&zip).unwrap();
    assert_eq!((given.path(), given.suite.as_str()), (zip.as_path(), "check-out"));
    drop(given);
    assert!(zip.exists());
}

#[test]
fn every_name_of_a_folder_makes_a_suites_name() {
    let cases = [
        ("checkout", "checkout"),
        ("Robot Tests", "Robot-Tests"),
        ("_old..v2.", "old.v2"),
        ("größe", "gr-e"),
        ("日本", "suite"),
        ("", "suite"),
        ("..", "suite"),
        ("--x--", "x"),
    ];
    for (name, suite) in cases {
        assert_eq!(made_valid(name), suite, "{name}");
    }
    assert_eq!(made_valid(&"x".repeat(100)).len(), 64);
}

#[test]
fn links_within_the_folder_are_followed() {
    let (_above, folder) = folder("s", &[("a.robot", SUITE), ("data/x.csv", "1")]);
    symlink("data", folder.join("copy")).unwrap();
    symlink("data/x.csv", folder.join("y.csv")).unwrap();
    let package = open(&folder).unwrap();
    assert_eq!(names(&package), ["a.robot", "copy/", "copy/x.csv", "data/", "data/x.csv", "y.csv", "qaops.toml"]);
}

#[test]
fn links_that_leave_the_folder_or_lead_nowhere_or_in_a_circle_are_refused() {
    let cases = ["../..", "/etc/hostname", "nowhere", "."];
    let told = cases.map(|target| {
        let (_above, folder) = folder("s", &[("a.robot", SUITE)]);
        symlink(target, folder.join("link")).unwrap();
        refusal(&folder)
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    package: "link": is a link that leads out of the folder, put the file itself into the folder
    package: "link": is a link that leads out of the folder, put the file itself into the folder
    package: "link": is a link that leads nowhere, take it out, or put the file itself into the folder
    package: "link": is a link to a folder that it lies in, take it out
    "#);
}

#[test]
fn what_is_not_a_package_is_refused_with_the_way_to_fix_it() {
    let (above, folder) = folder("s", &[("qaops.toml", ""), ("a.robot", SUITE)]);
    let (_above, empty) = self::folder("e", &[]);
    let (_above, bad) =
        self::folder("b", &[("a.robot", SUITE), ("qaops.toml", "[gates]\nerror = [\"tests.faild == 0\"]")]);
    let (_above, deep) = self::folder("d", &[("a/qaops.toml", ""), ("a/a.robot", SUITE)]);
    let told = [
        refusal(&above.path().join("nothing")),
        refusal(&folder.join("a.robot")),
        refusal(&folder.join("qaops.toml")),
        refusal(&empty),
        refusal(&bad),
        refusal(&deep),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    …/nothing: there is no such file or folder, name a folder or zip with .robot files
    …/a.robot: is a suite file, not a package, name its folder, and choose tests with --include
    package: it is no zip, or its end is missing, zip it anew and upload it whole
    package: there is no suite file in it, add a .robot file with tests
    qaops.toml: gates.error[0]: unknown metric "tests.faild", did you mean "tests.failed"
      tests.faild == 0
      ^
    …/d: there is no qaops.toml in it, but one in "a/qaops.toml", name the folder of that one, or add a qaops.toml for the whole
    "#);
}

#[test]
fn a_name_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let (_above, folder) = folder("s", &[("a.robot", SUITE)]);
    fs::write(folder.join(std::ffi::OsStr::from_bytes(b"\xff.csv")), "").unwrap();
    insta::assert_snapshot!(refusal(&folder), @r#"package: "�.csv": has a name that is not UTF-8, rename it"#);
}

#[test]
fn a_file_that_only_fills_disks_is_refused_before_it_is_zipped() {
    let (_above, folder) = folder("s", &[("a.robot", SUITE)]);
    let large = File::create(folder.join("large")).unwrap();
    large.set_len(domain::package::contents::MOST_BYTES + 1).unwrap();
    insta::assert_snapshot!(refusal(&folder), @"package: it unpacks to more than 2 GiB, leave out what no test needs, or fetch it in hooks.before");
}

proptest::proptest! {
    /// Any folder's name makes a name that the suite may have.
    #[test]
    fn any_name_makes_a_suites_name(name in "\\PC{0,80}|[-_.a ]{0,80}") {
        proptest::prop_assert!(is_suite_name(&made_valid(&name)));
    }
}
