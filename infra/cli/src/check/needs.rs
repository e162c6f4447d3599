//! Programs that a suite needs on this machine, and the one command that brings those that are missing.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use domain::base::problem::Problem;

/// A way to install packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Installer {
    Debian,
    Ubuntu,
    Fedora,
    Arch,
    Suse,
    Alpine,
    Brew,
}

/// Programs whose package has another name: for Debian, Ubuntu, Fedora, Arch, SUSE, Alpine and Homebrew.
const PACKAGES: [(&str, [&str; 7]); 8] = [
    ("chromium", ["chromium", "chromium-browser", "chromium", "chromium", "chromium", "chromium", "chromium"]),
    (
        "chromedriver",
        [
            "chromium-driver",
            "chromium-chromedriver",
            "chromedriver",
            "chromium",
            "chromedriver",
            "chromium-chromedriver",
            "chromedriver",
        ],
    ),
    ("firefox", ["firefox-esr", "firefox", "firefox", "firefox", "MozillaFirefox", "firefox", "firefox"]),
    ("node", ["nodejs", "nodejs", "nodejs", "nodejs", "nodejs", "nodejs", "node"]),
    ("npm", ["npm", "npm", "nodejs-npm", "npm", "npm", "npm", "node"]),
    (
        "adb",
        ["adb", "adb", "android-tools", "android-tools", "android-tools", "android-tools", "android-platform-tools"],
    ),
    ("python3", ["python3", "python3", "python3", "python", "python3", "python3", "python3"]),
    ("java", ["default-jre", "default-jre", "java-latest-openjdk", "jre-openjdk", "java", "openjdk21-jre", "openjdk"]),
];

/// Those of Homebrew that are applications, which it keeps apart.
const CASKS: [&str; 4] = ["chromium", "chromedriver", "firefox", "android-platform-tools"];

/// Refuses `needs` of which some are in no folder of `path`, a list of folders as in the variable `PATH`. The problem
/// says what is missing and the one command that brings it on this machine.
pub(crate) fn missing_programs(needs: &[String], path: &OsStr) -> Result<(), Problem> {
    let missing: Vec<&str> = needs.iter().map(String::as_str).filter(|name| !is_there(name, path)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    // A machine without this file is none of the distributions that differ.
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let installer = Installer::of(std::env::consts::OS, &release, &|name| is_there(name, path));
    Err(problem(&missing, installer))
}

fn is_there(name: &str, path: &OsStr) -> bool {
    which::which_in(name, Some(path), "/").is_ok()
}

fn problem(missing: &[&str], installer: Option<Installer>) -> Problem {
    let (what, it) = match missing {
        [one] => (format!("{one} is not on the PATH"), "it"),
        [all @ .., last] => (format!("{} and {last} are not on the PATH", all.join(", ")), "them"),
        [] => (String::new(), ""),
    };
    let help = match installer {
        Some(installer) => format!("install {it} with: {}", installer.command(missing)),
        None => format!("install {it}"),
    };
    Problem::new("qaops.toml: needs", what, help)
}

impl Installer {
    fn of(system: &str, release: &str, is_there: &impl Fn(&str) -> bool) -> Option<Self> {
        let is_ubuntu = release.lines().any(|line| matches!(line, "ID=ubuntu" | "ID=\"ubuntu\""));
        let found = [
            ("apt-get", if is_ubuntu { Self::Ubuntu } else { Self::Debian }),
            ("dnf", Self::Fedora),
            ("pacman", Self::Arch),
            ("zypper", Self::Suse),
            ("apk", Self::Alpine),
            ("brew", Self::Brew),
        ];
        match system {
            "macos" => Some(Self::Brew),
            _ => found.into_iter().find(|(program, _)| is_there(program)).map(|(_, installer)| installer),
        }
    }

    fn command(self, programs: &[&str]) -> String {
        let packages: BTreeSet<&str> = programs.iter().map(|program| self.package(program)).collect();
        let only_casks = packages.iter().all(|package| CASKS.contains(package));
        let install = match self {
            Self::Debian | Self::Ubuntu => "apt-get install",
            Self::Fedora => "dnf install",
            Self::Arch => "pacman -S",
            Self::Suse => "zypper install",
            Self::Alpine => "apk add",
            Self::Brew if only_casks => "brew install --cask",
            Self::Brew => "brew install",
        };
        let packages: Vec<&str> = packages.into_iter().collect();
        format!("{install} {}", packages.join(" "))
    }

    fn package(self, program: &str) -> &str {
        let known = PACKAGES.iter().find(|(name, _)| *name == program);
        known.map_or(program, |(_, packages)| packages[self as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn missing(needs: &[&str], path: &OsStr) -> String {
        let needs: Vec<String> = needs.iter().map(|name| (*name).to_owned()).collect();
        missing_programs(&needs, path).err().map(|problem| problem.what).unwrap_or_default()
    }

    #[test]
    fn a_program_is_there_if_a_folder_of_the_path_has_it_and_may_run_it() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (file, mode) in [(one.path().join("run"), 0o644), (two.path().join("go"), 0o755)] {
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let path = std::env::join_paths([one.path(), two.path()]).unwrap();
        assert_eq!(missing(&["go", "run", "fly"], &path), "run and fly are not on the PATH");
        assert_eq!(missing(&["go"], OsStr::new("")), "go is not on the PATH");
        assert_eq!(missing(&["go"], &path), "");
        assert_eq!(missing(&[], OsStr::new("")), "");
    }

    #[test]
    fn each_system_gets_one_command_of_its_own() {
        let of = |system, release, program: &str| {
            let installer = Installer::of(system, release, &|name| name == program);
            problem(&["chromium", "chromedriver"], installer).help
        };
        let commands = [
            of("linux", "ID=debian", "apt-get"),
            of("linux", "NAME=Ubuntu\nID=ubuntu", "apt-get"),
            of("linux", "", "dnf"),
            of("linux", "", "pacman"),
            of("linux", "", "zypper"),
            of("linux", "", "apk"),
            of("linux", "", "brew"),
            of("macos", "", ""),
            of("linux", "", ""),
        ];
        insta::assert_snapshot!(commands.join("\n"), @r"
        install them with: apt-get install chromium chromium-driver
        install them with: apt-get install chromium-browser chromium-chromedriver
        install them with: dnf install chromedriver chromium
        install them with: pacman -S chromium
        install them with: zypper install chromedriver chromium
        install them with: apk add chromium chromium-chromedriver
        install them with: brew install --cask chromedriver chromium
        install them with: brew install --cask chromedriver chromium
        install them
        ");
        assert_eq!(Installer::Brew.command(&["chromium", "git"]), "brew install chromium git");
        assert_eq!(Installer::Debian.command(&["git", "adb"]), "apt-get install adb git");
    }

    #[test]
    fn what_is_missing_is_reported_with_its_place_and_how_to_fix_it() {
        let told = [
            problem(&["chromium", "chromedriver"], Some(Installer::Debian)),
            problem(&["a", "b", "c"], None),
            problem(&["git"], Some(Installer::Alpine)),
        ];
        insta::assert_snapshot!(told.map(|problem| problem.to_string()).join("\n"), @r"
        qaops.toml: needs: chromium and chromedriver are not on the PATH, install them with: apt-get install chromium chromium-driver
        qaops.toml: needs: a, b and c are not on the PATH, install them
        qaops.toml: needs: git is not on the PATH, install it with: apk add git
        ");
    }
}
