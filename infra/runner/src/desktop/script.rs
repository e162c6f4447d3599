//! The check of a desktop of Windows, by a script for the PowerShell that every Windows has.

use std::process::{Command, Stdio};

use domain::package::plan::Desktop;

use super::fault::Fault;

const SCRIPT: &str = include_str!("preflight.ps1");

/// Checks the desktop of this session.
pub(super) fn check(asked: Desktop) -> Result<(), Fault> {
    let file = std::env::temp_dir().join(format!("qaops-preflight-{}.ps1", std::process::id()));
    std::fs::write(&file, SCRIPT).map_err(|error| Fault::Unreachable(format!("failed to write the check: {error}")))?;
    let mut command = Command::new("powershell.exe");
    command.args(["-NoProfile", "-NonInteractive", "-STA", "-ExecutionPolicy", "Bypass", "-File"]).arg(&file);
    let done = command.stdin(Stdio::null()).output();
    let _ = std::fs::remove_file(&file);
    let done = done.map_err(|error| Fault::Unreachable(format!("failed to start powershell: {error}")))?;
    let said = String::from_utf8_lossy(&done.stdout);
    match said.lines().rev().find_map(|line| line.trim().strip_prefix("preflight: ")) {
        Some(word) => read(word, asked),
        None => Err(Fault::Unreachable(String::from_utf8_lossy(&done.stderr).trim().to_owned())),
    }
}

/// What the script found: one word, or a size where nothing was wrong or asked for.
fn read(word: &str, asked: Desktop) -> Result<(), Fault> {
    if let Some((width, height)) = word.split_once('x')
        && let (Ok(width), Ok(height)) = (width.parse(), height.parse())
    {
        let right = (width, height) == (asked.width, asked.height);
        return if right { Ok(()) } else { Err(Fault::Size { asked, width, height }) };
    }
    Err(match word {
        "session" => Fault::Session,
        "locked" => Fault::Locked("the session's input is on another desktop".to_owned()),
        "saver" => Fault::Locked("the screen saver is on".to_owned()),
        "blank" => Fault::Blank,
        "covered" => Fault::Covered,
        "click" => Fault::Deaf("a click".to_owned()),
        "key" => Fault::Deaf("a key".to_owned()),
        other => Fault::Unreachable(format!("the check said {other:?}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Desktop = Desktop::new(1920, 1080);

    #[test]
    fn whatever_the_script_can_say_is_understood() {
        assert_eq!(read("1920x1080", ASKED), Ok(()));
        assert_eq!(read("1024x768", ASKED), Err(Fault::Size { asked: ASKED, width: 1024, height: 768 }));
        let says: Vec<&str> =
            SCRIPT.split("Complete-Preflight '").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
        assert_eq!(says, ["session", "saver", "locked", "blank", "covered", "click", "key"]);
        for word in says {
            assert!(!matches!(read(word, ASKED), Ok(()) | Err(Fault::Unreachable(_))), "{word}");
        }
        assert!(matches!(read("else", ASKED), Err(Fault::Unreachable(_))));
    }
}
