//! `infra/terraform/HOWTO.md` is walked through: its commands run on a local cloud as they stand there, with the AWS command
//! line. What needs an account (Terraform, the images) is replaced by functions that take the commands of the real programs
//! and no others.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use local::cloud::LocalCloud;
use serde_json::json;
use tests::{Suite, begin, blocks, end, project, with_cloud};

/// What stands for programs that need an account. `terraform output` answers what the deployment has.
const ACCOUNT: &str = r#"
terraform() {
    case "$*" in
        "output -raw bucket") echo "$LOCAL_BUCKET" ;;
        "output -raw state_machine_arn") echo "$LOCAL_MACHINE" ;;
        plan | apply | destroy) ;;
        *) echo "terraform $*: not walked through" >&2; return 1 ;;
    esac
}
git() { [ "$*" = pull ]; }
infra/terraform/build() { [ -x "$PROJECT/infra/terraform/build" ] && [ "$#" = 0 ]; }
infra/packer/image() { "$PROJECT/infra/packer/image" help | grep -q "^image $1 "; }
cargo() { [ "$1 $2" = "run --" ] && shift 2 && "$QAOPS" "$@"; }
aws() { command "$AWS" "$@"; }
"#;

const SUITE: &str = "*** Test Cases ***\nShop Is There\n    No Operation\n";
const WITH_SECRET: &str =
    "*** Test Cases ***\nPassword Is There\n    Should Be True    $PASSWORD == 'open sesame'    msg=another one\n";

/// The AWS command line: `$QAOPS_AWS`, else `aws` on the path.
fn command_line() -> Option<PathBuf> {
    let command = std::env::var_os("QAOPS_AWS").unwrap_or_else(|| "aws".into());
    let answers = Command::new(&command).arg("--version").output().is_ok_and(|output| output.status.success());
    answers.then(|| command.into())
}

fn howto() -> String {
    std::fs::read_to_string(project().join("infra/terraform/HOWTO.md")).unwrap()
}

/// The `qaops` command, which the local cloud's start has built beside this test.
fn qaops() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.parent().and_then(Path::parent).unwrap().join("qaops")
}

fn walk(cloud: &LocalCloud, aws: &Path, folder: &Path) -> std::process::Output {
    let text = howto();
    let commands = blocks(&text, "sh");
    assert!(commands.len() >= 12, "{} blocks", commands.len());
    let script = format!("{ACCOUNT}\nset -euxo pipefail\n{}", commands.join("\n"));
    Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder)
        .envs([("LOCAL_BUCKET", &cloud.deployment.bucket), ("LOCAL_MACHINE", &cloud.deployment.machine)])
        .envs([("AWS_ENDPOINT_URL", cloud.endpoint().as_str()), ("AWS_REGION", cloud.region())])
        .envs([
            ("AWS_DEFAULT_REGION", cloud.region()),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ])
        .envs([("PROJECT", project()), ("AWS", aws.to_owned()), ("QAOPS", qaops())])
        .env("VERSION", "2026.1.1")
        .output()
        .unwrap()
}

#[test]
fn the_how_tos_commands_work_as_they_stand_there() {
    let Some(aws) = command_line() else {
        eprintln!("skipped: there is no AWS command line; set QAOPS_AWS");
        return;
    };
    with_cloud(async |cloud| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("checkout")).unwrap();
        std::fs::write(folder.path().join("checkout/shop.robot"), SUITE).unwrap();
        std::fs::write(folder.path().join("checkout/qaops.toml"), &blocks(&howto(), "toml")[0]).unwrap();
        let done = walk(cloud, &aws, folder.path());
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
        assert!(said.contains("SUCCEEDED\tNone\tNone"), "{said}");
        assert!(folder.path().join("junit.xml").is_file());
        the_secret_is_read(cloud).await;
    });
}

/// A suite with the block of `qaops.toml` beside the command that stored the secret.
async fn the_secret_is_read(cloud: &LocalCloud) {
    let text = howto();
    let settings = blocks(&text, "toml").into_iter().find(|block| block.contains("secrets")).unwrap();
    let suite = Suite::new("howto-secret", &settings, &[("login.robot".to_owned(), WITH_SECRET.to_owned())]);
    let run = end(cloud, begin(cloud, &suite, json!({})).await).await;
    assert_eq!(run.counts()[..3], [1, 1, 0], "{:?}", run.execution);
}
