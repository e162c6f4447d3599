//! Suites that need another Python library than the image has.

use std::path::Path;

use domain::results::manifest::Exit;

use crate::bench::{Bench, text, zip};
use crate::services::Services;

const SUITE: &str = "*** Settings ***\nLibrary    greeting\n*** Test Cases ***\nGreet\n    ${words} =    Greet\n    Should Be Equal    ${words}    hello\n";
const WHEEL: &str = "greeting-1.0-py3-none-any.whl";

/// A wheel with one module, which needs Robot Framework as a library of keywords does, in the folder `wheels`.
fn wheel(folder: &Path) -> Vec<u8> {
    let about = "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\nRequires-Dist: robotframework>=3\n";
    let tag = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let record = "greeting.py,,\ngreeting-1.0.dist-info/METADATA,,\ngreeting-1.0.dist-info/WHEEL,,\n\
                  greeting-1.0.dist-info/RECORD,,\n";
    let files = [
        ("greeting.py", "def greet():\n    return 'hello'\n"),
        ("greeting-1.0.dist-info/METADATA", about),
        ("greeting-1.0.dist-info/WHEEL", tag),
        ("greeting-1.0.dist-info/RECORD", record),
    ];
    std::fs::create_dir_all(folder).unwrap();
    zip(&folder.join(WHEEL), &files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    std::fs::read(folder.join(WHEEL)).unwrap()
}

/// A bench whose package asks for this, and its folder of wheels.
fn bench(requirements: &str) -> Option<(Bench, std::path::PathBuf)> {
    let mut bench = Bench::new(&[("a.robot", SUITE)])?.with("requirements.txt", requirements);
    let wheels = bench.folder.path().join("wheels");
    bench.shard.layers.index = Some(wheels.display().to_string());
    Some((bench, wheels))
}

fn error(exit: &Exit) -> &str {
    let Exit::NotStarted { error, .. } = exit else { panic!("robot was started: {exit:?}") };
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_brings_a_library_from_the_index_that_is_set() {
    let Some((mut bench, wheels)) = bench("greeting==1.0\n") else { return };
    let index = Services::start();
    index.put(&format!("files/{WHEEL}"), wheel(&wheels));
    index.put("simple/greeting/", format!("<a href=\"/files/{WHEEL}\">{WHEEL}</a>"));
    bench.shard.layers.index = Some(format!("{}/simple", index.endpoint));
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    let console = text(&outcome, "console.txt");
    assert!(!console.contains("Collecting robotframework"), "the image has it: {console}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_is_made_once_for_all_attempts_on_the_instance() {
    let Some((bench, wheels)) = bench("greeting\n") else { return };
    wheel(&wheels);
    assert_eq!(bench.run().await.exit, Exit::Passed);
    std::fs::remove_dir_all(&wheels).unwrap();
    std::fs::remove_dir_all(bench.attempt()).unwrap();
    let again = bench.run().await;
    assert_eq!(again.exit, Exit::Passed, "{}", text(&again, "console.txt"));
    assert!(!text(&again, "console.txt").contains("is installed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_whose_maker_was_killed_is_made_anew() {
    let Some((bench, wheels)) = bench("greeting\n") else { return };
    wheel(&wheels);
    assert_eq!(bench.run().await.exit, Exit::Passed);
    let layers: Vec<_> = std::fs::read_dir(&bench.shard.layers.folder).unwrap().flatten().collect();
    assert_eq!(layers.len(), 1);
    std::fs::remove_file(layers[0].path().join("layer.json")).unwrap();
    let packages = layers[0].path().join("half");
    std::fs::write(&packages, "").unwrap();
    std::fs::remove_dir_all(bench.attempt()).unwrap();
    assert_eq!(bench.run().await.exit, Exit::Passed);
    assert!(!packages.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn requirements_that_cannot_be_had_are_named_and_no_test_is_blamed() {
    let Some((bench, wheels)) = bench("greeting==2.0\n") else { return };
    wheel(&wheels);
    let outcome = bench.run().await;
    assert_eq!(error(&outcome.exit), "Runner.RequirementsFailed");
    let Exit::NotStarted { cause, .. } = &outcome.exit else { return };
    assert!(cause.contains("greeting==2.0"), "{cause}");
    assert!(!outcome.outputs.files.contains_key("output.xml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_with_another_hash_is_not_installed() {
    let Some((bench, wheels)) = bench(&format!("greeting==1.0 --hash=sha256:{}\n", "0".repeat(64))) else { return };
    wheel(&wheels);
    let outcome = bench.run().await;
    assert_eq!(error(&outcome.exit), "Runner.RequirementsFailed");
    assert!(text(&outcome, "console.txt").contains("HASH"), "{}", text(&outcome, "console.txt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn requirements_that_lead_elsewhere_are_refused() {
    let Some((bench, _)) = bench("--index-url http://127.0.0.1/simple\ngreeting\n") else { return };
    assert_eq!(error(&bench.run().await.exit), "Runner.RequirementsRefused");
}
