use super::*;

fn entry(path: &str) -> Entry {
    Entry { path: path.to_owned(), kind: Kind::File, size: 10, compressed: 10 }
}

fn entries(paths: &[&str]) -> Vec<Entry> {
    paths.iter().map(|path| entry(path)).collect()
}

fn refusal(paths: &[&str], config: Option<&str>) -> String {
    check(&entries(paths), config).unwrap_err().to_string()
}

#[test]
fn suite_files_are_those_of_robot_in_its_order() {
    let paths = [
        "qaops.toml",
        "zoo.robot",
        "Api/__init__.robot",
        "Api/02__orders.robot",
        "Api/01__carts.ROBOT",
        "api.robot",
        "Beta/deep/x.rbt",
        "beta.robot",
        "_drafts/a.robot",
        "Api/_later.robot",
        ".git/hooks/x.robot",
        "CVS/x.robot",
        "keywords.resource",
        "libs/keywords.py",
        "notes.robot.txt",
        "docs/guide.robot.rst",
        "docs/readme.rst",
        "docs/guide.robot.md",
    ];
    let expected = [
        "Api/01__carts.ROBOT",
        "Api/02__orders.robot",
        "api.robot",
        "Beta/deep/x.rbt",
        "beta.robot",
        "docs/guide.robot.md",
        "docs/guide.robot.rst",
        "zoo.robot",
    ];
    assert_eq!(suite_files(paths, ""), expected);
    assert_eq!(suite_files(paths.into_iter().rev(), ""), expected);
}

#[test]
fn a_package_gives_its_settings_and_suite_files() {
    let checked = check(&entries(&["qaops.toml", "a.robot", "lib/x.py"]), Some("environments = 3")).unwrap();
    assert_eq!(checked.suite_files, ["a.robot"]);
    assert_eq!(checked.config.size, Some(crate::package::manifest::Size::Environments(3)));
}

#[test]
fn a_missing_qaops_toml_says_where_it_is() {
    insta::assert_snapshot!(refusal(&["shop-main/qaops.toml", "shop-main/a.robot"], None), @r#"package: there is no qaops.toml at its root, it is in "shop-main/qaops.toml" one folder down: zip that folder's content, not the folder itself"#);
    insta::assert_snapshot!(refusal(&["a.robot", "deep/er/qaops.toml"], None), @r#"package: there is no qaops.toml at its root, add one, in the simplest case with the line suite = "<name>" in qaops.toml"#);
}

#[test]
fn a_package_without_suite_files_says_why() {
    insta::assert_snapshot!(refusal(&["qaops.toml", "keywords.resource"], Some("")), @"package: there is no suite file in it, add a .robot file with tests");
    insta::assert_snapshot!(refusal(&["qaops.toml", "_suites/a.robot"], Some("")), @r#"package: there is no suite file in it, Robot Framework ignores "_suites/a.robot", because it or a folder of it begins with "_" or ".""#);
}

#[test]
fn what_windows_cannot_create_is_refused_for_windows_only() {
    let config = "platform = \"windows\"";
    let cases = [["data/Con.txt", "b"], ["a?.txt", "b"], ["dot./x", "b"], ["A.txt", "a.TXT"], ["lpt1", "b"]];
    let messages: Vec<String> = cases
        .iter()
        .map(|[first, second]| {
            let paths = ["qaops.toml", "x.robot", first, second];
            assert!(check(&entries(&paths), Some("")).is_ok(), "{first}");
            refusal(&paths, Some(config))
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    package: "data/Con.txt": has the part "Con.txt", which Windows cannot create, rename it
    package: "a?.txt": has the part "a?.txt", which Windows cannot create, rename it
    package: "dot./x": has the part "dot.", which Windows cannot create, rename it
    package: "a.TXT": is one file with "A.txt" for Windows, where case does not count, rename one of them
    package: "lpt1": has the part "lpt1", which Windows cannot create, rename it
    "#);
    assert!(check(&entries(&["qaops.toml", "x.robot", "console.txt", "com10"]), Some(config)).is_ok());
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let large = |path: &str| Entry { size: 1 << 30, compressed: 1 << 29, ..entry(path) };
    assert!(inspect(&[large("a"), large("b")]).is_ok());
    insta::assert_snapshot!(inspect(&[large("a"), large("b"), entry("c")]).unwrap_err(), @"package: it unpacks to more than 2 GiB, leave out what no test needs, or fetch it in hooks.before");
    let bomb = Entry { size: 100 << 20, compressed: 100 << 10, ..entry("zeros.bin") };
    insta::assert_snapshot!(inspect(&[bomb]).unwrap_err(), @r#"package: "zeros.bin": unpacks to 104857600 bytes from 102400, such files fill disks; make it in hooks.before if a test needs it"#);
    let huge = Entry { size: u64::MAX, compressed: u64::MAX, ..entry("x") };
    assert!(inspect(&[huge.clone(), Entry { path: "y".to_owned(), ..huge }]).is_err());
    let many: Vec<Entry> = (0..=MOST_ENTRIES).map(|n| entry(&n.to_string())).collect();
    insta::assert_snapshot!(inspect(&many).unwrap_err(), @"package: it has 100001 entries, but may have 100000, leave out what no test needs");
}

#[test]
fn long_names_are_refused() {
    assert!(paths::check_path(&"a".repeat(255)).is_ok());
    assert!(paths::check_path(&"a".repeat(256)).is_err());
    assert!(paths::check_path("a/".repeat(600).trim_end_matches('/')).is_err());
}

proptest::proptest! {
    /// A path that is let through stays below its folder, whatever it looks like.
    #[test]
    fn a_path_that_is_let_through_stays_below_its_folder(path in "[a-zA-Z./:\\\\ ü~-]{0,12}") {
        if paths::check_path(&path).is_ok() {
            let mut depth = 0;
            for part in std::path::Path::new(&path).components() {
                let std::path::Component::Normal(_) = part else { panic!("{path} has the part {part:?}") };
                depth += 1;
            }
            proptest::prop_assert!(depth > 0 && !path.contains('\\'));
        }
    }
}

#[test]
fn of_a_folder_only_its_own_suites_run() {
    let entries = ["qaops.toml", "a.robot", "tests/b.robot", "tests/_old/c.robot", "tests2/d.robot", "_odd/e.robot"];
    let entries = entries.map(|path| Entry { path: path.to_owned(), kind: Kind::File, size: 1, compressed: 1 });
    let of = |folder: &str| check(&entries, Some(&format!("suite = \"s\"\n[robot]\nfolder = \"{folder}\"\n")));
    assert_eq!(of("tests").unwrap().suite_files, ["tests/b.robot"]);
    for same in ["./tests/", "tests/../tests", "other/../tests//"] {
        assert_eq!(of(same).unwrap().config.robot.folder, "tests", "{same}");
    }
    assert_eq!(of(".").unwrap().suite_files.len(), 3);
    assert_eq!(of("_odd").unwrap().suite_files, ["_odd/e.robot"]);
    let told = ["test", "a.robot", "tests/_old/x", "../tests", "tests/../../tests", "/tests"]
        .map(|folder| of(folder).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @r#"
    qaops.toml: robot.folder: the package has no folder "test", write its path below the package's root
    qaops.toml: robot.folder: the package has no folder "a.robot", write its path below the package's root
    qaops.toml: robot.folder: the package has no folder "tests/_old/x", write its path below the package's root
    qaops.toml: robot.folder: "../tests" leads out of its folder, write a path below the package's root
    qaops.toml: robot.folder: "tests/../../tests" leads out of its folder, write a path below the package's root
    qaops.toml: robot.folder: "/tests" is an absolute path, write a path below the package's root
    "#);
}
