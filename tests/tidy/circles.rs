//! The files of a crate import each other in one direction only.

use std::collections::BTreeMap;
use std::path::Path;

use crate::sources::named;
use crate::tree::ProjectFile;
use crate::{Fallible, none, reported, root};

/// The folders of sources, and the fewest files of each: with fewer, the test looks at the wrong place.
const CRATES: [(&str, usize); 6] = [
    ("functions/libs/aws/src", 20),
    ("functions/libs/domain/src", 80),
    ("functions/libs/results/src", 80),
    ("infra/cli/src", 15),
    ("infra/local/src", 3),
    ("infra/runner/src", 30),
];

/// What each file imports, by module path; the file of the crate's root has the path "".
type Imports = BTreeMap<String, Vec<String>>;

/// The Rust sources below a folder, by their path in it.
fn sources(folder: &Path, below: &str) -> Fallible<Vec<ProjectFile>> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            sources.extend(self::sources(&entry.path(), &format!("{path}/"))?);
        } else if path.ends_with(".rs") {
            sources.push(ProjectFile { path, text: std::fs::read_to_string(entry.path())? });
        }
    }
    Ok(sources)
}

/// The module of a file: `desktop/client.rs` is `desktop::client`. Tests and the program's `main.rs` have none: nothing
/// imports them, and they may import everything.
fn module(path: &str) -> Option<String> {
    let name = path.strip_suffix(".rs")?;
    let is_test = name.split('/').any(|part| part == "tests");
    match name {
        "main" => None,
        "lib" => Some(String::new()),
        name => (!is_test).then(|| name.replace('/', "::")),
    }
}

/// What each file imports of its own crate.
fn imports(sources: &[ProjectFile]) -> Fallible<Imports> {
    let mut imports: Imports = sources.iter().filter_map(|source| Some((module(&source.path)?, Vec::new()))).collect();
    for source in sources {
        let Some(own) = module(&source.path) else { continue };
        let code = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        // Who may see an item is no import.
        let code = code.replace("pub(super)", "pub").replace("pub(crate)", "pub");
        let paths = named(&ProjectFile { path: source.path.clone(), text: code })?.paths;
        // `use a::b::C` names `a` and `a::b` too, on the way to `C`.
        let is_way = |path: &str| paths.iter().any(|longer| longer.starts_with(&joined(path, "")));
        let whole = paths.iter().filter(|path| !is_way(path));
        let mut used: Vec<String> = whole.filter_map(|path| imported(path, &own, &imports)).collect();
        // A module is the face of the files below it, which use what it holds.
        used.retain(|module| *module != own && !own.starts_with(&joined(module, "")));
        used.sort();
        used.dedup();
        imports.insert(own, used);
    }
    Ok(imports)
}

/// The file that a path in the module `own` leads to; none where it leads out of the crate.
fn imported(path: &str, own: &str, modules: &Imports) -> Option<String> {
    let parent = own.rsplit_once("::").map_or("", |(parent, _)| parent);
    let absolute = match path.split_once("::").unwrap_or((path, "")) {
        ("crate", rest) => rest.to_owned(),
        ("super", rest) => joined(parent, rest),
        ("self", rest) => joined(own, rest),
        // A path that begins with a child of this module.
        (first, _) if modules.contains_key(&joined(own, first)) => joined(own, path),
        _ => return None,
    };
    let is_prefix = |module: &&String| absolute == **module || absolute.starts_with(&joined(module, ""));
    modules
        .keys()
        .filter(|module| !module.is_empty())
        .filter(is_prefix)
        .max_by_key(|module| module.len())
        .cloned()
        // `crate` alone is the beginning of a group: its members follow as paths of their own.
        .or_else(|| (!absolute.is_empty()).then(String::new))
}

/// A path in a module.
fn joined(module: &str, rest: &str) -> String {
    if module.is_empty() { rest.to_owned() } else { format!("{module}::{rest}") }
}

/// Each circle of files once.
fn circles(imports: &Imports) -> Vec<String> {
    let mut problems = Vec::new();
    let mut over = Vec::new();
    for module in imports.keys() {
        visit(module, imports, &mut Vec::new(), &mut over, &mut problems);
    }
    problems
}

/// Follows the imports of a module; `path` is how they led here, `over` has the modules that were followed to their end.
fn visit<'a>(
    module: &'a str,
    imports: &'a Imports,
    path: &mut Vec<&'a str>,
    over: &mut Vec<&'a str>,
    problems: &mut Vec<String>,
) {
    if let Some(begin) = path.iter().position(|before| *before == module) {
        problems.push(format!("a circle: {} -> {module}", path[begin..].join(" -> ")));
    } else if !over.contains(&module) {
        path.push(module);
        imports.get(module).into_iter().flatten().for_each(|used| visit(used, imports, path, over, problems));
        path.pop();
        over.push(module);
    }
}

/// Circles of a crate, and a folder with fewer files than it must have.
fn problems(folder: &str, fewest: usize, sources: &[ProjectFile]) -> Fallible<Vec<String>> {
    let imports = imports(sources)?;
    let mut problems = circles(&imports);
    if imports.len() < fewest {
        problems.push(format!("{folder} has {} files instead of at least {fewest}", imports.len()));
    }
    if imports.values().all(Vec::is_empty) {
        problems.push(format!("no file of {folder} imports another one"));
    }
    Ok(problems)
}

#[test]
fn no_files_import_each_other_in_a_circle() -> Fallible<()> {
    let mut found = Vec::new();
    for (folder, fewest) in CRATES {
        let problems = problems(folder, fewest, &sources(&root().join(folder), "")?)?;
        found.extend(problems.into_iter().map(|problem| format!("{folder}: {problem}")));
    }
    none(&found);
    Ok(())
}

fn planted(files: &[(&str, &str)]) -> Vec<ProjectFile> {
    files.iter().map(|(path, text)| ProjectFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}

#[test]
fn planted_circles_are_reported() -> Fallible<()> {
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("a.rs", "use crate::b::B;"), ("b.rs", "fn f() { crate::a::g() }")], "a circle: a -> b -> a"),
        (&[("a.rs", "use crate::{b, c};"), ("b.rs", ""), ("c.rs", "use crate::a::A;")], "a circle: a -> c -> a"),
        (&[("d/a.rs", "use super::b::B;"), ("d/b.rs", "use super::a;")], "a circle: d::a -> d::b -> d::a"),
        (
            &[("a.rs", "use self::b::B;"), ("a/b.rs", "use crate::c;"), ("c.rs", "use crate::a;")],
            "a circle: a -> a::b -> c -> a",
        ),
    ];
    for (files, circle) in cases {
        reported(&problems("src", 2, &planted(files))?, circle);
    }
    Ok(())
}

#[test]
fn imports_in_one_direction_and_imports_of_tests_are_no_circle() -> Fallible<()> {
    let files = planted(&[
        ("lib.rs", "pub mod a;\npub use b::B;"),
        ("a.rs", "use crate::b::B;\n#[cfg(test)]\nmod tests {\n    use crate::c::C;\n}"),
        ("b.rs", "use std::fmt;\n#[cfg(test)]\nmod tests;"),
        ("b/tests.rs", "use crate::a::A;"),
        ("c.rs", "use crate::{a, b::B};"),
        ("c/d.rs", "use super::C;\npub(super) struct D;"),
        ("main.rs", "use runner::a::A;"),
    ]);
    none(&problems("src", 4, &files)?);
    Ok(())
}

#[test]
fn a_folder_without_sources_is_reported() -> Fallible<()> {
    reported(&problems("src", 2, &[])?, "src has 0 files instead of at least 2");
    reported(&problems("src", 2, &planted(&[("a.rs", ""), ("b.rs", "")]))?, "no file of src imports another one");
    Ok(())
}
