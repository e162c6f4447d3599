//! How the packages of the functions are built.

use toml::Table;

use crate::{Fallible, STEPS, none, reported, root};

/// Settings of the release profile that would make a function's start slower, its package larger or its panic silent.
fn profile_faults(manifest: &Table) -> Vec<String> {
    let release = manifest.get("profile").and_then(|profile| profile.get("release"));
    let setting = |name: &str| release.and_then(|release| release.get(name));
    let mut faults = Vec::new();
    if setting("lto").and_then(|lto| lto.as_str()) != Some("thin") {
        faults.push("the release profile has no thin LTO".to_owned());
    }
    if setting("strip").and_then(|strip| strip.as_bool()) != Some(true) {
        faults.push("the release profile keeps symbols".to_owned());
    }
    if setting("panic").and_then(|panic| panic.as_str()) != Some("unwind") {
        faults.push("the release profile does not say that a panic unwinds, so that the runtime reports it".to_owned());
    }
    if setting("opt-level").and_then(|level| level.as_str()) != Some("z") {
        faults.push("the release profile is not for small programs".to_owned());
    }
    let packages = setting("package").and_then(|packages| packages.as_table()).into_iter().flatten();
    let sdks = packages.filter(|(name, _)| name.starts_with("aws-"));
    faults.extend(sdks.map(|(name, _)| format!("{name} is not built to be small")));
    faults
}

/// The steps that `infra/terraform/build` makes packages of.
fn packaged(build: &str) -> Vec<&str> {
    let named = build.lines().find_map(|line| line.strip_prefix("steps=(")?.strip_suffix(')'));
    named.unwrap_or_default().split_whitespace().collect()
}

fn manifest() -> Fallible<Table> {
    Ok(std::fs::read_to_string(root().join("Cargo.toml"))?.parse()?)
}

#[test]
fn packages_are_small_and_their_panics_are_reported() -> Fallible<()> {
    none(&profile_faults(&manifest()?));
    Ok(())
}

#[test]
fn every_step_has_a_package() -> Fallible<()> {
    let build = std::fs::read_to_string(root().join("infra/terraform/build"))?;
    assert_eq!(packaged(&build), STEPS);
    Ok(())
}

#[test]
fn a_planted_profile_is_reported() -> Fallible<()> {
    let text = std::fs::read_to_string(root().join("Cargo.toml"))?;
    let planted = [
        ("lto = \"thin\"", "lto = false", "no thin LTO"),
        ("strip = true", "strip = \"none\"", "keeps symbols"),
        ("panic = \"unwind\"", "panic = \"abort\"", "a panic unwinds"),
        ("opt-level = \"z\"", "opt-level = 3", "not for small programs"),
        ("sha2.opt-level = 3", "aws-sdk-s3.opt-level = 3", "aws-sdk-s3 is not built to be small"),
    ];
    for (from, to, fault) in planted {
        let changed: Table = text.replace(from, to).parse()?;
        reported(&profile_faults(&changed), fault);
    }
    Ok(())
}
