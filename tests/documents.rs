//! The project's documents.

use std::path::PathBuf;

use crate::project;

/// A document.
#[derive(Debug)]
pub struct Page {
    /// Its path below the project's root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Every Markdown file of the project; none of them is an error.
pub fn pages() -> Vec<Page> {
    let mut folders = vec![project()];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder can be read");
        for path in entries.map(|entry| entry.expect("a folder can be read").path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && is_ours(&name) {
                folders.push(path);
            } else if name.ends_with(".md") {
                pages.push(page(path));
            }
        }
    }
    assert!(pages.len() >= 10, "the documents were not found");
    pages.sort_by(|one, other| one.path.cmp(&other.path));
    pages
}

fn is_ours(folder: &str) -> bool {
    folder == ".github" || !folder.starts_with('.') && !["target", "node_modules", "__pycache__"].contains(&folder)
}

fn page(path: PathBuf) -> Page {
    let text = std::fs::read_to_string(&path).expect("a document is text");
    let below = path.strip_prefix(project()).expect("a document lies in the project");
    Page { path: below.to_string_lossy().replace('\\', "/"), text }
}

/// The texts of a page's fenced blocks of a language.
pub fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    for line in page.lines() {
        match &mut open {
            Some(lines) if line.trim() == "```" => {
                blocks.push(lines.join("\n"));
                open = None;
            }
            Some(lines) => lines.push(line),
            None if line.trim() == format!("```{language}") => open = Some(Vec::new()),
            None => {}
        }
    }
    blocks
}
