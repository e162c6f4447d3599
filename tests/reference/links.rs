//! Where the links of the documents lead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use tests::{Page, pages, project};

/// Pages that are for those who work on a part of QAOps, and not for its users.
const INNER: [&str; 3] = ["infra/local/emulator/README.md", "tests/fuzz/README.md", "CHANGELOG.md"];

/// The targets of a page's links, without those to other sites.
fn targets(text: &str) -> Vec<String> {
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    let links = prose.iter().flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    links.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

/// A target as a path below the root and an anchor.
fn resolved(page: &str, target: &str) -> (String, String) {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    let from = if file.is_empty() { PathBuf::from(page) } else { folder.join(file) };
    let mut path = PathBuf::new();
    for part in from.components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    (path.to_string_lossy().replace('\\', "/"), anchor.to_owned())
}

/// The anchors that GitHub gives to the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = text.split("```").step_by(2).flat_map(str::lines);
    prose.filter_map(|line| line.strip_prefix('#')).map(|line| anchor(line.trim_start_matches('#'))).collect()
}

fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    heading.trim().to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn broken(pages: &[Page]) -> Vec<String> {
    let texts: BTreeMap<&str, &str> = pages.iter().map(|page| (page.path.as_str(), page.text.as_str())).collect();
    let mut problems = Vec::new();
    for page in pages {
        for target in targets(&page.text) {
            let (path, anchor) = resolved(&page.path, &target);
            let is_there = project().join(&path).exists();
            let anchored =
                anchor.is_empty() || texts.get(path.as_str()).is_some_and(|text| anchors(text).contains(&anchor));
            if !is_there || !anchored {
                problems.push(format!("{} leads to {target}, which is not there", page.path));
            }
        }
    }
    problems
}

/// Pages that a reader of the README does not reach in `clicks`.
fn far(pages: &[Page], clicks: usize) -> Vec<String> {
    let texts: BTreeMap<&str, &str> = pages.iter().map(|page| (page.path.as_str(), page.text.as_str())).collect();
    let mut near = BTreeSet::from(["README.md".to_owned()]);
    for _ in 0..clicks {
        let links = |path: &String| {
            let text = texts.get(path.as_str()).copied().unwrap_or_default();
            targets(text).into_iter().map(|target| resolved(path, &target).0).collect::<Vec<_>>()
        };
        near = near.iter().flat_map(links).chain(near.iter().cloned()).collect();
    }
    let wanted = pages.iter().filter(|page| !INNER.contains(&page.path.as_str()));
    wanted.filter(|page| !near.contains(&page.path)).map(|page| page.path.clone()).collect()
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let problems = broken(&pages());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_page_for_users_is_two_clicks_from_the_readme() {
    assert_eq!(far(&pages(), 2), Vec::<String>::new());
}

#[test]
fn planted_links_that_lead_nowhere_are_reported() {
    let page = |text: &str| vec![Page { path: "README.md".to_owned(), text: text.to_owned() }];
    for text in ["[a](nowhere.md)", "[a](#nowhere)", "[a](infra/nowhere/README.md#x)"] {
        assert_eq!(broken(&page(text)).len(), 1, "{text}");
    }
    for text in [
        "[a](Cargo.toml)",
        "# Here, and there\n[a](#here-and-there)",
        "[a](https://example.org/x#y)",
        "```\n[a](x)\n```",
    ] {
        assert_eq!(broken(&page(text)), Vec::<String>::new(), "{text}");
    }
    let mut pages = page("");
    pages.push(Page { path: "infra/lonely.md".to_owned(), text: String::new() });
    assert_eq!(far(&pages, 2), ["infra/lonely.md"]);
}
