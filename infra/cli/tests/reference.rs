//! The reference of the command in `README.md` is what `--help` prints.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

const BEGIN: &str = "<!-- help: QAOPS_WRITE=1 cargo test -p qaops --test reference -->\n";
const END: &str = "<!-- end of help -->";

/// What a person reads who asks for help.
fn help(command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_qaops")).args(command.split_whitespace()).arg("--help").output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// The names of the commands, from the help of the whole.
fn commands(whole: &str) -> Vec<&str> {
    let lines = whole.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names =
        lines.take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

fn reference() -> String {
    let whole = help("");
    let names = commands(&whole);
    assert!(names.len() >= 5, "{names:?}");
    let mut text = format!("\n```text\n{}\n```\n", whole.trim_end());
    for name in names {
        text.push_str(&format!("\n### `qaops {name}`\n\n```text\n{}\n```\n", help(name).trim_end()));
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n\n"
}

#[test]
fn the_reference_of_the_command_is_its_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let wanted = format!("{head}{BEGIN}{}{END}{tail}", reference());
    if std::env::var_os("QAOPS_WRITE").is_some() {
        return std::fs::write(&path, wanted).unwrap();
    }
    assert!(page == wanted, "README.md is not what --help says: QAOPS_WRITE=1 cargo test -p qaops --test reference");
}
