//! `qaops check PATH`: whether a package and its gates are fit to run, without running anything.

mod dryrun;
mod needs;
mod outcomes;

use std::collections::BTreeMap;
use std::io::stdout;

use domain::base::duration;
use domain::base::problem::Problem;
use domain::package::manifest::Size;
use domain::package::plan::{Desktop, Video};
use domain::package::settings::Settings;
use domain::quality::gates::{Gate, Severity};
use indicatif::DecimalBytes;

pub(crate) use self::dryrun::{imports, robot};
pub(crate) use self::needs::missing_programs;
use crate::args::RunFlags;
use crate::package::{Package, Packed};
use crate::show::style::{BAD, BOLD, DIM, DOUBT, GOOD, count, fit_for, paint, plain};

/// What a person should know of a package that can be run, fit for standard output. Settings that no run could have
/// are a problem.
pub(crate) fn check(package: &Package) -> Result<String, Problem> {
    let settings = RunFlags::default().settings(&package.suite, &package.checked.config)?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing = missing_programs(&settings.needs, &path).err();
    Ok(fit_for(&stdout(), summary(package, &settings, missing.as_ref())))
}

fn summary(package: &Package, settings: &Settings, missing: Option<&Problem>) -> String {
    let mut rows = vec![
        ("platform", settings.platform.to_string()),
        ("environments", size(settings.size)),
        ("timeout", duration::show(settings.timeout_seconds as f64)),
        ("suites", count(package.checked.suite_files.len(), "suite file")),
    ];
    rows.extend(package.packed.iter().flat_map(packed));
    rows.extend(options(settings));
    let by_default = package.checked.config.gates.is_empty();
    rows.extend(settings.gates.iter().map(|row| ("gates", gate(row, by_default))));
    let hooks = [("before", &settings.hooks.before), ("after", &settings.hooks.after)];
    rows.extend(hooks.into_iter().filter_map(|(when, hook)| Some(("hooks", pair(when, &first_line(hook.as_ref()?))))));
    rows.extend(settings.desktop.map(|asked| ("desktop", desktop(asked))));
    let types = &settings.environment.types;
    rows.extend((!types.is_empty()).then(|| ("types", types.join(", "))));
    let volume = settings.environment.volume.map(|gib| format!("{gib} GiB or more"));
    rows.extend(volume.map(|volume| ("volume", volume)));
    rows.push(("packages", settings.environment.packages.join(", ")));
    let health = settings.environment.health.as_ref();
    rows.extend(health.map(|health| {
        ("health", plain(&format!("{} within {}", health.check, duration::show(health.seconds as f64))))
    }));
    rows.extend(settings.reports.iter().map(|(kind, path)| ("reports", pair(kind, &plain(path)))));
    rows.push(("needs", settings.needs.join(", ")));
    let verdict = format!("{} {} can be run", paint(GOOD, "✓"), paint(BOLD, &package.suite));
    let remark =
        missing.map(|problem| format!("\n\n{} {}, {}", paint(DOUBT, "Not here yet:"), problem.what, problem.help));
    format!("{verdict}\n\n{}{}", table(&rows), remark.unwrap_or_default())
}

/// What of a folder is in its zip, and what is left out by which rule.
fn packed(packed: &Packed) -> Vec<(&'static str, String)> {
    let size = DecimalBytes(packed.bytes);
    let whole = ("packed", format!("{}, {size}", count(packed.files, "file")));
    let left_out = packed.left_out.iter().map(|(rule, paths)| ("left out", pair(rule, &plain(&some(paths)))));
    std::iter::once(whole).chain(left_out).collect()
}

/// The first paths of a list, and how many more there are.
pub(crate) fn some(paths: &[String]) -> String {
    const SHOWN: usize = 8;
    let first = paths.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// What `robot` is given, as far as the package says it. Of variables and secrets it shows only the names, because a
/// value may be confidential.
fn options(settings: &Settings) -> Vec<(&'static str, String)> {
    let robot = &settings.robot;
    let names = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<Vec<_>>().join(", ");
    let again = match settings.rerun_failed {
        0 => String::new(),
        1 => "failed tests, once".to_owned(),
        times => format!("failed tests, up to {times} times"),
    };
    let rows = [
        ("folder", robot.folder.clone()),
        ("rerun", again),
        ("include", robot.include.join(", ")),
        ("exclude", robot.exclude.join(", ")),
        ("variables", names(&robot.variables)),
        ("secrets", names(&robot.secrets)),
        ("arguments", robot.arguments.join(" ")),
    ];
    rows.into_iter().map(|(key, value)| (key, plain(&value))).collect()
}

fn desktop(desktop: Desktop) -> String {
    let video = match desktop.video {
        Video::Never => "",
        Video::Failed => ", a video of what fails",
        Video::Always => ", a video of everything",
    };
    let screenshots = if desktop.screenshots { ", a screenshot of each failure" } else { "" };
    format!("{} by {} pixels{video}{screenshots}", desktop.width, desktop.height)
}

fn size(size: Size) -> String {
    match size {
        Size::Environments(number) => number.to_string(),
        Size::TargetSeconds(seconds) => format!("as many as it takes to be over in {}", duration::show(seconds as f64)),
    }
}

fn gate(gate: &Gate, by_default: bool) -> String {
    let (style, severity) = match gate.severity {
        Severity::Error => (BAD, "error"),
        Severity::Warn => (DOUBT, "warn"),
        Severity::Stop => (BAD, "stop"),
    };
    let aside = if by_default { paint(DIM, "  by default") } else { String::new() };
    format!("{} {}{aside}", paint(style, format!("{severity:<5}")), plain(&gate.text))
}

fn pair(key: &str, value: &str) -> String {
    format!("{} {value}", paint(DIM, key))
}

fn first_line(command: &str) -> String {
    let mut lines = command.trim().lines();
    let first = plain(lines.next().unwrap_or_default());
    if lines.next().is_some() { format!("{first} …") } else { first }
}

/// One line for each row that has a value; a key stands before the first of its rows only.
fn table(rows: &[(&'static str, String)]) -> String {
    let mut last = "";
    let mut lines = Vec::new();
    for (key, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let shown = if *key == last { "" } else { key };
        lines.push(format!("  {} {value}", paint(DIM, format!("{shown:<13}"))));
        last = key;
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstream::adapter::strip_str;
    use std::fs;

    fn told(config: &str, suites: &[&str]) -> String {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("checkout");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("qaops.toml"), config).unwrap();
        suites.iter().for_each(|suite| fs::write(folder.join(suite), "").unwrap());
        let package = Package::open(&folder, above.path()).unwrap();
        let settings = RunFlags::default().settings(&package.suite, &package.checked.config).unwrap();
        let missing = missing_programs(&settings.needs, std::ffi::OsStr::new("")).err();
        let missing = missing.map(|problem| Problem { help: "install it".to_owned(), ..problem });
        strip_str(&summary(&package, &settings, missing.as_ref())).to_string()
    }

    #[test]
    fn a_package_with_every_setting_is_told_whole() {
        let config = r#"
            suite = "shop"
            target = "10m"
            timeout = "1h30m"
            rerun_failed = 2
            needs = ["no-such-program"]
            desktop = { width = 1280, height = 720, video = "failed", screenshots = true }
            [robot]
            include = ["smoke", "two words"]
            exclude = ["slow"]
            variables = { URL = "http://x", USER = "jane" }
            secrets = { PASSWORD = "/shop/password" }
            arguments = ["--loglevel", "DEBUG"]
            [hooks]
            before = """
            python3 start.py
            sleep 1"""
            after = "rm -rf \u001b[31mtmp"
            [environment]
            types = ["m7i.xlarge", "c7i.xlarge"]
            volume = 100
            packages = ["libpq5", "g++"]
            health = { url = "http://127.0.0.1:8000/", within = "30s" }
            [reports]
            coverage = "reports/coverage.xml"
            performance = "reports/k6.json"
            [gates]
            error = ["tests.failed == 0", "coverage.line >= 80%"]
            warn = ["tests.flaky <= 3"]
            stop = ["tests{tag=critical}.failed > 0"]
        "#;
        insta::assert_snapshot!(told(config, &["a.robot", "b.robot"]), @r"
        ✓ shop can be run

          platform      linux
          environments  as many as it takes to be over in 10m
          timeout       1h30m
          suites        2 suite files
          packed        3 files, 1.16 kB
          rerun         failed tests, up to 2 times
          include       smoke, two words
          exclude       slow
          variables     URL, USER
          secrets       PASSWORD
          arguments     --loglevel DEBUG
          gates         error tests.failed == 0
                        error coverage.line >= 80%
                        warn  tests.flaky <= 3
                        stop  tests{tag=critical}.failed > 0
          hooks         before python3 start.py …
                        after rm -rf tmp
          desktop       1280 by 720 pixels, a video of what fails, a screenshot of each failure
          types         m7i.xlarge, c7i.xlarge
          volume        100 GiB or more
          packages      libpq5, g++
          health        http://127.0.0.1:8000/ within 30s
          reports       coverage reports/coverage.xml
                        performance reports/k6.json
          needs         no-such-program

        Not here yet: no-such-program is not on the PATH, install it
        ");
    }

    #[test]
    fn a_package_without_settings_is_told_with_the_defaults() {
        insta::assert_snapshot!(told("", &["a.robot"]), @r"
        ✓ checkout can be run

          platform      linux
          environments  1
          timeout       1h
          suites        1 suite file
          packed        2 files, 0 B
          gates         error tests.failed == 0  by default
                        error tests.total > 0  by default
        ");
    }
}
