//! Suites that need another Python library than the image has.

use std::path::{Path, PathBuf};

use domain::results::manifest::Exit;
use results::requirements::{Own, Requirements};
use runner::shard::SharedLayer;

use crate::bench::{Bench, text, zip};
use crate::services::Services;

const SUITE: &str = "*** Settings ***\nLibrary    greeting\n*** Test Cases ***\nGreet\n    ${words} =    Greet\n    Should Be Equal    ${words}    hello\n";
const WHEEL: &str = "greeting-1.0-py3-none-any.whl";

/// A wheel with one module, which needs Robot Framework as a library of keywords does, in the folder `wheels`.
fn wheel(folder: &Path) -> Vec<u8> {
    let about = "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\nRequires-Dist: robotframework>=3\n";
    let tag = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let record = "greeting.py,,\ngreeting-1.0.dist-info/METADATA,,\ngreeting-1.0.dist-info/WHEEL,,\n\
                  greeting-1.0.dist-info/entry_points.txt,,\ngreeting-1.0.dist-info/RECORD,,\n";
    let files = [
        ("greeting.py", "def greet():\n    return 'hello'\n"),
        ("greeting-1.0.dist-info/entry_points.txt", "[console_scripts]\ngreet = greeting:greet\n"),
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

/// What a run that shares layers tells an attempt with this `requirements.txt`.
fn shared(requirements: &str, archive: Option<PathBuf>) -> SharedLayer {
    let files = [("requirements.txt".to_owned(), requirements.as_bytes().to_vec())].into();
    let requirements = Requirements { files, own: Own::Nothing }.sum("").unwrap();
    SharedLayer { requirements, base: "0".repeat(64), is_given: archive.is_none(), archive }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_that_one_instance_built_serves_another_one_without_an_index() {
    let Some((mut first, wheels)) = bench("greeting\n") else { return };
    wheel(&wheels);
    first.shard.layers.shared = Some(shared("greeting\n", None));
    let built = first.run().await;
    assert_eq!((&built.exit, built.layer.as_deref()), (&Exit::Passed, Some("0".repeat(64).as_str())));
    let archive = built.outputs.files["layer.tar.gz"].path.clone();

    let Some((mut second, _)) = bench("greeting\n") else { return };
    second.shard.layers.shared = Some(shared("greeting\n", Some(archive)));
    let outcome = second.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    assert!(text(&outcome, "console.txt").contains("installed as an earlier run built it"));
    assert_eq!((outcome.layer, outcome.outputs.files.contains_key("layer.tar.gz")), (None, false));
    let layer = std::fs::read_dir(&second.shard.layers.folder).unwrap().next().unwrap().unwrap().path();
    let program = std::process::Command::new(layer.join("bin/greet")).env("PYTHONPATH", "").output().unwrap();
    assert_eq!(String::from_utf8(program.stderr).unwrap().trim(), "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_layer_whose_sum_is_wrong_is_not_used() {
    let Some((mut first, wheels)) = bench("greeting\n") else { return };
    wheel(&wheels);
    first.shard.layers.shared = Some(shared("greeting\n", None));
    let built = first.run().await;
    let mut content = std::fs::read(&built.outputs.files["layer.tar.gz"].path).unwrap();
    // The last eight bytes of a gzip file are the sum and the length of its content.
    let sum = content.len() - 8;
    content[sum] ^= 1;

    let Some((mut second, wheels)) = bench("greeting\n") else { return };
    wheel(&wheels);
    let archive = second.folder.path().join("archive");
    std::fs::write(&archive, content).unwrap();
    second.shard.layers.shared = Some(shared("greeting\n", Some(archive)));
    let outcome = second.run().await;
    let console = text(&outcome, "console.txt");
    assert!(outcome.exit == Exit::Passed && console.contains("cannot be read: CRC check failed"), "{console}");
    assert!(outcome.outputs.files.contains_key("layer.tar.gz"), "a good one replaces it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_layer_that_is_damaged_or_of_other_requirements_is_not_used() {
    for (of, content) in [("greeting\n", "no archive"), ("other\n", "never read")] {
        let Some((mut bench, wheels)) = bench("greeting\n") else { return };
        wheel(&wheels);
        let archive = bench.folder.path().join("archive");
        std::fs::write(&archive, content).unwrap();
        bench.shard.layers.shared = Some(shared(of, Some(archive)));
        let outcome = bench.run().await;
        assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    }
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
async fn requirements_that_no_index_has_are_told_in_words_of_pip_and_no_test_is_blamed() {
    let Some((bench, wheels)) = bench("greeting==2.0\n") else { return };
    wheel(&wheels);
    let outcome = bench.run().await;
    assert_eq!(error(&outcome.exit), "Runner.RequirementsRefused");
    let Exit::NotStarted { cause, .. } = &outcome.exit else { return };
    assert!(cause.ends_with("No matching distribution found for greeting==2.0"), "{cause}");
    assert!(!outcome.outputs.files.contains_key("output.xml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_with_another_hash_is_not_installed() {
    let Some((bench, wheels)) = bench(&format!("greeting==1.0 --hash=sha256:{}\n", "0".repeat(64))) else { return };
    wheel(&wheels);
    let outcome = bench.run().await;
    assert_eq!(error(&outcome.exit), "Runner.RequirementsRefused");
    assert!(text(&outcome, "console.txt").contains("HASH"), "{}", text(&outcome, "console.txt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn requirements_that_lead_elsewhere_are_refused() {
    let Some((bench, _)) = bench("--index-url http://127.0.0.1/simple\ngreeting\n") else { return };
    assert_eq!(error(&bench.run().await.exit), "Runner.RequirementsRefused");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_does_not_answer_refuses_nothing_for_good() {
    let Some((mut bench, _)) = bench("greeting\n") else { return };
    // A port of this machine that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    bench.shard.layers.index = Some(format!("http://127.0.0.1:{port}/simple"));
    assert_eq!(error(&bench.run().await.exit), "Runner.RequirementsFailed");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_requirements_may_include_others_and_be_utf_16() {
    let Some((bench, wheels)) = bench("-r requirements/all.txt\r\n") else { return };
    wheel(&wheels);
    let bench = bench.with("requirements/all.txt", "-c ../limits.txt\ngreeting # why\n");
    let utf16: Vec<u8> = "\u{feff}greeting<2\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bench = bench.with_bytes("limits.txt", utf16);
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
}

/// A build backend of its own in the package, so that nothing but the package is needed to build it.
const PROJECT: &str = "[project]\nname = \"greeting\"\nversion = \"1.0\"\n\
                       [build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\"build\"]\n";
const BACKEND: &str = "
import os, zipfile

ABOUT = 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n'
TAG = 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'

def wheel(folder, files):
    name = 'greeting-1.0-py3-none-any.whl'
    about = {'METADATA': ABOUT, 'WHEEL': TAG, 'RECORD': ''}
    with zipfile.ZipFile(os.path.join(folder, name), 'w') as made:
        for path, text in {**files, **{f'greeting-1.0.dist-info/{k}': v for k, v in about.items()}}.items():
            made.writestr(path, text)
    return name

def build_wheel(folder, config_settings=None, metadata_directory=None):
    return wheel(folder, {'greeting.py': open('src/greeting.py').read()})

def build_editable(folder, config_settings=None, metadata_directory=None):
    return wheel(folder, {'__editable__.greeting.pth': os.path.abspath('src') + '\\n'})
";
/// Reads a file beside the source, which a copy in a layer does not have.
const GREETING: &str = "import pathlib\ndef greet():\n    beside = pathlib.Path(__file__).with_name('words.txt')\n    \
                        return beside.read_text() if beside.exists() else 'copied'\n";

/// A bench whose package has a library of its own in this folder.
fn with_own_library(requirements: &str, folder: &str) -> Option<Bench> {
    let (bench, wheels) = bench(requirements)?;
    std::fs::create_dir_all(wheels).unwrap();
    let path = |name: &str| format!("{folder}{name}");
    let bench = bench.with(&path("pyproject.toml"), PROJECT).with(&path("build/backend.py"), BACKEND);
    Some(bench.with(&path("src/greeting.py"), GREETING).with(&path("src/words.txt"), "hello"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suite_brings_its_own_library_in_place_for_every_attempt() {
    for (requirements, folder) in [("-e .\n", ""), ("-e ./lib\n", "lib/")] {
        let Some(bench) = with_own_library(requirements, folder) else { return };
        for _ in 0..2 {
            let outcome = bench.run().await;
            assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
            std::fs::remove_dir_all(bench.attempt()).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suite_brings_its_own_library_as_a_copy_of_its_own_version() {
    let Some(mut bench) = with_own_library("./lib\n", "lib/") else { return };
    let suite = SUITE.replace("hello", "copied");
    bench = bench.with("b.robot", &suite);
    bench.shard.order.files = vec!["b.robot".into()];
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    std::fs::remove_dir_all(bench.attempt()).unwrap();
    let again = bench.run().await;
    assert!(again.exit == Exit::Passed && !text(&again, "console.txt").contains("is installed"));
    std::fs::remove_dir_all(bench.attempt()).unwrap();
    bench.shard.work.package.etag = "another".into();
    let other = bench.run().await;
    assert!(other.exit == Exit::Passed && text(&other, "console.txt").contains("is installed"));
}
