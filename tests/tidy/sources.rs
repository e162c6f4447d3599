//! How long sources may be, and what they may not name.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

use crate::tree::{ProjectFile, project_files};
use crate::{Fallible, STEPS, none, reported};

/// Lines of wiring in a step's `main.rs`.
const WIRING: usize = 30;
/// Lines of any source.
const LONGEST: usize = 400;
/// The clock, the environment and the world outside, which `domain` gets as arguments.
const OUTSIDE: [&str; 12] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::io::stdin",
    "std::os",
    "File::open",
];

/// The project's Rust sources.
fn sources() -> Fallible<Vec<ProjectFile>> {
    Ok(project_files()?.into_iter().filter(|file| file.path.ends_with(".rs")).collect())
}

/// Sources with too many lines.
fn long_files(sources: &[ProjectFile]) -> Vec<String> {
    let mut problems = Vec::new();
    for source in sources {
        let is_wiring = STEPS.iter().any(|step| source.path == format!("functions/{step}/src/main.rs"));
        let (lines, most) = (source.text.lines().count(), if is_wiring { WIRING } else { LONGEST });
        if lines > most {
            problems.push(format!("{} has {lines} lines, {most} are allowed", source.path));
        }
    }
    problems
}

/// Lints that are switched off for good; `expect` with a reason says when it is no longer needed.
fn allowed_lints(sources: &[ProjectFile]) -> Fallible<Vec<String>> {
    let mut problems = Vec::new();
    for source in sources {
        let named = named(source)?;
        let count = named.attributes.iter().filter(|attribute| attribute.as_str() == "allow").count();
        if count > 0 {
            problems.push(format!("{} has {count} attributes that allow a lint", source.path));
        }
    }
    Ok(problems)
}

/// What `domain` names of the world outside.
fn reaches_outside(sources: &[ProjectFile]) -> Fallible<Vec<String>> {
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("functions/libs/domain/src/")) {
        for path in named(source)?.paths {
            let outside =
                OUTSIDE.iter().any(|outside| path.starts_with(outside) || path.contains(&format!("::{outside}")));
            if outside {
                problems.push(format!("{} names {path}", source.path));
            }
        }
    }
    Ok(problems)
}

/// Paths and attributes in a source, those in the arguments of macros too.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) paths: Vec<String>,
    attributes: Vec<String>,
    prefix: Vec<String>,
}

pub(crate) fn named(source: &ProjectFile) -> Fallible<Named> {
    let file = syn::parse_file(&source.text).map_err(|error| format!("failed to parse {}: {error}", source.path))?;
    let mut named = Named::default();
    named.visit_file(&file);
    Ok(named)
}

impl<'a> Visit<'a> for Named {
    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.push(names.join("::"));
        syn::visit::visit_path(self, path);
    }

    fn visit_use_path(&mut self, path: &'a syn::UsePath) {
        self.prefix.push(path.ident.to_string());
        self.paths.push(self.prefix.join("::"));
        syn::visit::visit_use_path(self, path);
        self.prefix.pop();
    }

    fn visit_use_name(&mut self, name: &'a syn::UseName) {
        self.paths.push(format!("{}::{}", self.prefix.join("::"), name.ident));
    }

    fn visit_use_rename(&mut self, rename: &'a syn::UseRename) {
        self.paths.push(format!("{}::{}", self.prefix.join("::"), rename.ident));
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.paths.extend(paths_in(call.tokens.clone()));
        syn::visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        self.attributes.extend(attribute.path().get_ident().map(ToString::to_string));
        if let syn::Meta::List(list) = &attribute.meta
            && attribute.path().is_ident("cfg_attr")
        {
            self.attributes.extend(paths_in(list.tokens.clone()));
        }
        syn::visit::visit_attribute(self, attribute);
    }
}

/// Names in tokens, those that `::` joins as one.
fn paths_in(tokens: TokenStream) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(name) if colons == 2 && !paths.is_empty() => {
                let path = paths.pop().unwrap_or_default();
                paths.push(format!("{path}::{name}"));
            }
            TokenTree::Ident(name) => paths.push(name.to_string()),
            TokenTree::Group(group) => paths.extend(paths_in(group.stream())),
            TokenTree::Punct(mark) if mark.as_char() == ':' => {
                colons += 1;
                continue;
            }
            _ => {}
        }
        colons = 0;
    }
    paths
}

#[test]
fn no_source_is_too_long() -> Fallible<()> {
    none(&long_files(&sources()?));
    Ok(())
}

#[test]
fn no_lint_is_allowed() -> Fallible<()> {
    none(&allowed_lints(&sources()?)?);
    Ok(())
}

#[test]
fn domain_names_neither_clock_nor_environment_nor_files() -> Fallible<()> {
    none(&reaches_outside(&sources()?)?);
    Ok(())
}

fn planted(path: &str, text: &str) -> Vec<ProjectFile> {
    vec![ProjectFile { path: path.to_owned(), text: text.to_owned() }]
}

#[test]
fn planted_long_files_are_reported() {
    reported(&long_files(&planted("functions/plan/src/main.rs", &"\n".repeat(WIRING + 1))), "31 lines, 30");
    reported(&long_files(&planted("infra/local/src/main.rs", &"\n".repeat(LONGEST + 1))), "401 lines, 400");
    none(&long_files(&planted("infra/local/src/main.rs", &"\n".repeat(LONGEST))));
}

#[test]
fn planted_lints_are_reported() -> Fallible<()> {
    for attribute in ["#[allow(dead_code)]", "#[cfg_attr(test, allow(dead_code))]"] {
        reported(
            &allowed_lints(&planted("tests/lib.rs", &format!("{attribute}\nfn unused() {{}}")))?,
            "tests/lib.rs has 1",
        );
    }
    none(&allowed_lints(&planted("tests/lib.rs", "#[expect(dead_code, reason = \"allow(x)\")]\nfn unused() {}"))?);
    Ok(())
}

#[test]
fn planted_reaches_outside_are_reported() -> Fallible<()> {
    let planted_lines = [
        ("use std::{env, fmt};", "std::env"),
        ("use std::fs::File as Opened;", "std::fs"),
        ("fn now() -> i64 { jiff::Timestamp::now().as_second() }", "Timestamp::now"),
        ("fn say() -> String { format!(\"{}\", std::env::args().count()) }", "std::env::args"),
        ("use std::time::Instant; fn at() -> Instant { Instant::now() }", "Instant::now"),
    ];
    for (line, part) in planted_lines {
        reported(&reaches_outside(&planted("functions/libs/domain/src/package/plan.rs", line))?, part);
    }
    none(&reaches_outside(&planted("functions/libs/domain/src/package/plan.rs", "use std::fmt; // std::env"))?);
    Ok(())
}
