//! What a suite asks of its environments: `[environment]` in `qaops.toml`.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::base::forms;
use crate::base::problem::Problem;
use crate::base::table::{Key, Table, Takes, Without};
use crate::base::tree::Node;
use crate::base::validate;

/// Seconds that the application under test may take until it is healthy.
const WITHIN: RangeInclusive<u64> = 1..=3600;

/// GiB of a volume that EC2 can start from, up to what gp3 has.
const VOLUME: RangeInclusive<u32> = 8..=16_384;

/// Seconds for that where the package does not say.
const WITHIN_SECONDS: u64 = 60;

/// `[environment]`.
pub static KEYS: Table = Table {
    keys: &[
        Key {
            name: "types",
            takes: Takes::List(&forms::INSTANCE_TYPE),
            without: Without::Words("those of the deployment"),
            example: r#"["m7i.xlarge", "m7i.large"]"#,
            about: "Instance types, the preferred first. The deployment must have them.",
        },
        Key {
            name: "volume",
            takes: Takes::Whole(*VOLUME.start(), *VOLUME.end()),
            without: Without::Words("that of the deployment"),
            example: "100",
            about: "GiB that the root volume has at least. The deployment says how large it may be (`most_volume_gib`).",
        },
        Key {
            name: "packages",
            takes: Takes::List(&forms::PACKAGE),
            without: Without::Value("[]"),
            example: r#"["libpq5", "poppler-utils"]"#,
            about: "Packages of Debian that the image lacks; not on Windows.",
        },
        Key {
            name: "health",
            takes: Takes::Table(&HEALTH),
            without: Without::Words("the first test waits for nothing"),
            example: r#"{ url = "http://127.0.0.1:8000/health", within = "30s" }"#,
            about: "When the application under test, which `hooks.before` starts, can be tested.",
        },
    ],
    elsewhere: &[("type", "write types = [\"m7i.xlarge\"]"), ("volume_gib", "write volume = 100, in GiB")],
    ..Table::EMPTY
};

/// `environment.health`.
pub static HEALTH: Table = Table {
    keys: &[
        Key {
            name: "url",
            takes: Takes::Text(&forms::URL),
            without: Without::Words("`command` is asked"),
            example: r#""http://127.0.0.1:8000/health""#,
            about: "The application is healthy when it answers a GET request with a status below 400.",
        },
        Key {
            name: "command",
            takes: Takes::Text(&forms::COMMAND),
            without: Without::Words("`url` is asked"),
            example: r#""pg_isready --quiet""#,
            about: "The application is healthy when this command ends with 0 within ten seconds. For `https://` write \
                `curl --fail`.",
        },
        Key {
            name: "within",
            takes: Takes::Duration(*WITHIN.start(), *WITHIN.end()),
            without: Without::Value(r#""1m""#),
            example: r#""30s""#,
            about: "How long it may take. After that no test runs, and the shard is tried elsewhere.",
        },
    ],
    apart: &["url", "command"],
    needs_one: true,
    elsewhere: &[("seconds", "write within = \"30s\"")],
};

/// What a suite asks of its environments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Instance types, the preferred first; none means the deployment's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// GiB that the root volume has at least; none means the deployment's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<u32>,
    /// System packages of Debian that the image lacks; Linux and Android only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// What must hold before the first test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// When the application under test is fit to be tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// What is asked.
    #[serde(flatten)]
    pub check: Check,
    /// Seconds after `hooks.before` in which the answer must be yes.
    pub seconds: u64,
}

/// What tells whether an application is healthy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// An address that answers a GET with a status below 400.
    Url(String),
    /// A command that ends with 0.
    Command(String),
}

impl Environment {
    /// True if nothing is asked.
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.write_str(url),
            Self::Command(command) => write!(f, "`{command}`"),
        }
    }
}

/// Reads the table.
pub(crate) fn read(node: &Node) -> Result<Environment, Problem> {
    let mut environment = Environment::default();
    for (key, node) in node.known(&KEYS)? {
        match key {
            "volume" => environment.volume = Some(node.whole(VOLUME)?),
            "packages" => environment.packages = node.list()?.iter().map(package).collect::<Result<_, _>>()?,
            "types" => environment.types = node.list()?.iter().map(instance_type).collect::<Result<_, _>>()?,
            _ => environment.health = Some(health(node)?),
        }
    }
    Ok(environment)
}

/// A type such as `m7i.xlarge`: a family and a size.
fn instance_type(node: &Node) -> Result<String, Problem> {
    let name = node.text()?;
    let word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    match name.split_once('.') {
        Some((family, size)) if word(family) && word(size) && name.len() <= 40 => Ok(name.to_owned()),
        _ => Err(node.expected("an instance type such as \"m7i.xlarge\"")),
    }
}

/// A package as Debian names it. What ends with a hyphen would be removed instead.
fn package(node: &Node) -> Result<String, Problem> {
    let name = node.text()?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good = name.starts_with(plain)
        && name.chars().all(|c| plain(c) || matches!(c, '+' | '-' | '.'))
        && !name.ends_with('-')
        && (2..=100).contains(&name.len());
    if good { Ok(name.to_owned()) } else { Err(node.expected("the name of a Debian package such as \"libpq5\"")) }
}

fn health(node: &Node) -> Result<Health, Problem> {
    let (mut check, mut seconds) = (None, WITHIN_SECONDS);
    for (key, node) in node.known(&HEALTH)? {
        let found = match key {
            "url" => Check::Url(url(node)?),
            "command" => Check::Command(validate::command(node)?),
            _ => {
                seconds = validate::duration(node, WITHIN)?;
                continue;
            }
        };
        if check.replace(found).is_some() {
            return Err(node.problem("url and command exclude each other", "keep one of them"));
        }
    }
    let check = check.ok_or_else(|| node.problem("nothing is asked", "name an url or a command"))?;
    Ok(Health { check, seconds })
}

fn url(node: &Node) -> Result<String, Problem> {
    let url = node.text()?;
    let plain = |c: char| c.is_ascii_graphic();
    match url.strip_prefix("http://") {
        Some(rest) if !rest.is_empty() && rest.chars().all(plain) => Ok(url.to_owned()),
        _ if url.starts_with("https://") => {
            Err(node.problem("only http:// is asked directly", "write command = \"curl --fail …\" for https://"))
        }
        _ => Err(node.expected("an address such as \"http://127.0.0.1:8000/health\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::manifest::Config;

    fn environment(text: &str) -> Result<Environment, Problem> {
        Config::parse(&format!("[environment]\n{text}")).map(|config| config.environment)
    }

    #[test]
    fn a_health_check_is_an_address_or_a_command_with_a_deadline() {
        let health = |text: &str| environment(text).unwrap().health.unwrap();
        let url = Check::Url("http://127.0.0.1:8000/health".to_owned());
        let read = health("health = { url = \"http://127.0.0.1:8000/health\" }");
        assert_eq!(read, Health { check: url, seconds: 60 });
        let read = health("health = { command = \"pg_isready\", within = \"2m\" }");
        assert_eq!(read, Health { check: Check::Command("pg_isready".to_owned()), seconds: 120 });
        let json = serde_json::to_value(&read).unwrap();
        assert_eq!(json, serde_json::json!({ "command": "pg_isready", "seconds": 120 }));
        assert_eq!(serde_json::from_value::<Health>(json).unwrap(), read);
    }

    #[test]
    fn instance_types_are_a_family_and_a_size() {
        assert_eq!(environment("types = [\"m7i.xlarge\", \"u-6tb1.112xlarge\"]").unwrap().types.len(), 2);
        for bad in ["", "m7i", "m7i.", ".large", "M7i.large", "m7i.la rge", "m7i.large.x"] {
            let told = environment(&format!("types = [\"{bad}\"]")).unwrap_err().to_string();
            assert!(told.starts_with("qaops.toml: environment.types[0]: expected an instance type"), "{told}");
        }
    }

    #[test]
    fn a_volume_is_so_many_gib() {
        assert_eq!(environment("volume = 100").unwrap().volume, Some(100));
        let told = ["volume = 7", "volume = \"100GiB\"", "volume_gib = 100"]
            .map(|text| environment(text).unwrap_err().to_string())
            .join("\n");
        insta::assert_snapshot!(told, @r#"
        qaops.toml: environment.volume: expected a whole number from 8 to 16384, found 7
        qaops.toml: environment.volume: expected a whole number from 8 to 16384, found "100GiB"
        qaops.toml: environment: unknown key "volume_gib", write volume = 100, in GiB
        "#);
    }

    #[test]
    fn packages_are_names_of_debian_and_nothing_else() {
        let good = ["libpq5", "g++", "libstdc++-12-dev", "python3.11", "0ad", "xz-utils"];
        let asked = environment(&format!("packages = {good:?}")).unwrap().packages;
        assert_eq!(asked, good);
        let bad =
            ["", "a", "-y", "--reinstall", "bash-", "libpq5=1", "a/sid", "a:i386", "A1", "a b", "a*", ".b", "+c", "ä1"];
        for bad in bad {
            let told = environment(&format!("packages = [\"{bad}\"]")).unwrap_err().to_string();
            assert!(told.starts_with("qaops.toml: environment.packages[0]: expected the name of a Debian"), "{told}");
        }
        let windows = Config::parse("platform = \"windows\"\n[environment]\npackages = [\"libpq5\"]");
        assert_eq!(
            windows.unwrap_err().to_string(),
            "qaops.toml: environment: the platform windows has no packages of Debian, install with hooks.before, or put it \
             into the image"
        );
    }

    #[test]
    fn a_health_check_that_cannot_be_asked_is_refused() {
        let texts = [
            "health = {}",
            "health = { url = \"http://a\", command = \"b\" }",
            "health = { url = \"https://a\" }",
            "health = { url = \"http://\" }",
            "health = { url = \"a b\" }",
            "health = { command = \" \" }",
            "health = { command = \"a\", within = \"2h\" }",
        ];
        let told = texts.map(|text| environment(text).unwrap_err().to_string()).join("\n");
        insta::assert_snapshot!(told, @r#"
        qaops.toml: environment.health: nothing is asked, name an url or a command
        qaops.toml: environment.health.command: url and command exclude each other, keep one of them
        qaops.toml: environment.health.url: only http:// is asked directly, write command = "curl --fail …" for https://
        qaops.toml: environment.health.url: expected an address such as "http://127.0.0.1:8000/health", found "http://"
        qaops.toml: environment.health.url: expected an address such as "http://127.0.0.1:8000/health", found "a b"
        qaops.toml: environment.health.command: the command is empty, leave the key out
        qaops.toml: environment.health.within: expected a duration from 1s to 1h, such as "45m", found "2h"
        "#);
    }
}
