//! System packages that a suite asks for.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use domain::results::manifest::Exit;
use serde_json::json;

use crate::bench::{Bench, text};
use crate::start::{Instance, PREFIX};

const PASSES: &str = "*** Test Cases ***\nA test\n    Log    hello\n";

/// Knows libpq5, and of another package that it was removed once.
const QUERY: &str = "#!/bin/sh\necho libpq5 installed\necho poppler-utils config-files\nexit 1\n";

/// Writes down what it is asked, and then does this.
fn apt(folder: &Path, then: &str) -> String {
    format!("#!/bin/sh\necho \"$DEBIAN_FRONTEND $*\" >> '{}'\n{then}\n", folder.join("asked").display())
}

/// Runs an attempt that asks for these packages where there are no programs but these two; what `apt-get` was asked.
fn run(instance: &Instance, packages: &[&str], then: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("dpkg-query", QUERY.to_owned()), ("apt-get", apt(folder.path(), then))] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    symlink("/bin/sh", folder.path().join("sh")).unwrap();
    instance.plan(|plan| plan["work"]["packages"] = json!(packages));
    let ended = instance.run_with_path(folder.path());
    assert!(ended.status.success(), "{ended:?}");
    std::fs::read_to_string(folder.path().join("asked")).unwrap_or_default()
}

#[test]
fn packages_that_the_image_lacks_are_installed_before_the_first_test() {
    let Some(instance) = Instance::new(PASSES) else { return };
    let options = "noninteractive --quiet=2 --option APT::Cmd::Pattern-Only=true --option DPkg::Lock::Timeout=120 --option \
                   Acquire::Retries=3";
    let asked = run(&instance, &["libpq5", "poppler-utils", "g++"], "");
    let install = "install --yes --no-install-recommends -- poppler-utils g++";
    assert_eq!(asked, format!("{options} update\n{options} {install}\n"));
    assert_eq!(instance.manifest().exit, Exit::Passed, "{}", instance.uploaded("console.txt"));
    instance.forget_attempt();
    assert_eq!(run(&instance, &["libpq5"], ""), "", "what is there costs nothing");
}

#[test]
fn a_package_that_cannot_be_installed_is_named_with_the_reason_and_blames_no_test() {
    let Some(instance) = Instance::new(PASSES) else { return };
    run(
        &instance,
        &["no-such"],
        "case \"$*\" in *install*) echo 'E: Unable to locate package no-such'; exit 100;; esac",
    );
    let Exit::NotStarted { error, cause } = instance.manifest().exit else { panic!("robot was started") };
    assert_eq!(error, "Runner.PackagesFailed");
    assert!(cause.contains("apt-get install ended with exit status: 100"), "{cause}");
    assert!(cause.contains("E: Unable to locate package no-such"), "{cause}");
    assert!(!instance.services.written().contains(&format!("{PREFIX}output.xml")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_keeps_its_packages_tells_which_are_missing() {
    let Some(mut bench) = Bench::new(&[("a.robot", PASSES)]) else { return };
    if !Path::new("/usr/bin/dpkg-query").is_file() {
        eprintln!("skipped: this system has no packages of Debian");
        return;
    }
    bench.shard.work.packages = vec!["dpkg".to_owned()];
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    bench.shard.work.packages = vec!["dpkg".to_owned(), "no-such-package".to_owned()];
    bench.folder = tempfile::tempdir().unwrap();
    let Exit::NotStarted { error, cause } = bench.run().await.exit else { panic!("robot was started") };
    assert_eq!(error, "Runner.PackagesFailed");
    assert!(cause.contains("the packages no-such-package: the runner installs none here"), "{cause}");
}
