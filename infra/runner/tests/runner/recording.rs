//! What is kept of a desktop: videos that play, and screenshots where tests failed.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use domain::results::manifest::Exit;
use serde_json::{Value, json};

use crate::desktop::{FAILS, SIZE, can_have_desktops, instance_on};
use crate::start::{Instance, PREFIX};

const PASSES: &str = "*** Test Cases ***\nA test\n    Sleep    1 s\n";

/// Fails in a keyword of a keyword, which is caught the first time, then in a loop, and once more in the teardown.
const DEEP: &str = "*** Test Cases ***\nDeep\n    Run Keyword And Ignore Error    Outer\n    Run Keyword And Continue On Failure    Outer\n    FOR    ${i}    IN    1\n        Outer\n    END\n    \
    [Teardown]    Fail    once more\nSound\n    Run Keyword And Expect Error    no    Outer\n\
    *** Keywords ***\nOuter\n    Inner\n    [Teardown]    Log    it closes the window\nInner\n    Fail    no\n";

/// An instance whose plan asks for a desktop of which something is kept; none where the machine cannot make it.
pub(crate) fn instance(suite: &str, kept: &Value) -> Option<Instance> {
    if ["ffmpeg", "ffprobe"].iter().any(|program| Command::new(program).arg("-version").output().is_err()) {
        eprintln!("skipped: there is no ffmpeg on the search path");
        return None;
    }
    let mut desktop = json!(SIZE);
    desktop.as_object_mut().unwrap().extend(kept.as_object().unwrap().clone());
    instance_on(suite, &desktop)
}

/// Width, height and seconds of a video of the attempt, as a player finds them in every picture of it.
fn played(instance: &Instance) -> (u64, u64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("video.mp4");
    std::fs::write(&file, instance.services.get(&format!("{PREFIX}desktop.mp4"))).unwrap();
    let words = ["-v", "error", "-count_frames", "-show_streams", "-of", "json"];
    let probed = Command::new("ffprobe").args(words).arg(&file).output().unwrap();
    let about: Value = serde_json::from_slice(&probed.stdout).unwrap();
    let stream = &about["streams"][0];
    assert_eq!((stream["codec_name"].as_str(), stream["pix_fmt"].as_str()), (Some("h264"), Some("yuv420p")));
    let pictures: f64 = stream["nb_read_frames"].as_str().unwrap().parse().unwrap();
    (stream["width"].as_u64().unwrap(), stream["height"].as_u64().unwrap(), pictures / 10.0)
}

#[test]
fn a_failed_test_has_a_screenshot_of_each_failure_where_it_was_and_a_video() {
    let Some(instance) = instance(DEEP, &json!({ "screenshots": true, "video": "failed" })) else { return };
    assert!(instance.run().status.success());
    assert_eq!(instance.manifest().exit, Exit::Failed { tests: 1 }, "{}", instance.uploaded("console.txt"));
    let output = instance.services.get(&format!("{PREFIX}output.xml"));
    let read = results::robot::read(&output[..]).unwrap();
    let mut pictures = Vec::new();
    read.root.each_test(&mut |_, _, test| pictures.push(test.pictures.join(" ")));
    assert_eq!(pictures, ["desktop-1.png desktop-2.png desktop-3.png", ""]);
    let text = String::from_utf8(output).unwrap();
    let before = text.split("desktop-2.png").next().unwrap();
    assert_eq!(before.matches(">it closes the window</msg>").count(), 2, "taken where it failed: {text}");
    assert!(instance.uploaded("log.html").contains("desktop-2.png"));
    for name in ["desktop-1.png", "desktop-3.png"] {
        let picture = instance.services.get(&format!("{PREFIX}{name}"));
        assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(picture[16..24], [0, 0, 2, 128, 0, 0, 1, 224], "640 by 480");
    }
    let (width, height, seconds) = played(&instance);
    assert_eq!((width, height), (640, 480));
    assert!(seconds > 0.2, "{seconds}");
    assert_eq!(instance.left_behind(), [""; 0]);
}

#[test]
fn a_video_of_what_passed_is_kept_only_if_it_is_always_kept() {
    let Some(failed) = instance(PASSES, &json!({ "screenshots": true, "video": "failed" })) else { return };
    assert!(failed.run().status.success());
    let manifest = failed.manifest();
    assert_eq!(manifest.exit, Exit::Passed, "{}", failed.uploaded("console.txt"));
    assert_eq!(manifest.objects.keys().collect::<Vec<_>>(), ["console.txt", "log.html", "output.xml"]);
    let Some(always) = instance(PASSES, &json!({ "video": "always", "width": 641 })) else { return };
    assert!(always.run().status.success());
    assert_eq!(always.manifest().exit, Exit::Passed, "{}", always.uploaded("console.txt"));
    let (width, height, seconds) = played(&always);
    assert_eq!((width, height), (642, 480), "players want even sides");
    assert!((1.0..60.0).contains(&seconds), "{seconds}");
}

#[test]
fn a_video_can_be_played_when_its_desktop_half_was_killed() {
    let kill = "Evaluate    os.kill(os.getppid(), 9)    modules=os";
    let suite = format!("*** Test Cases ***\nA test\n    Sleep    6 s\n    {kill}\n    Sleep    1 min\n");
    let Some(instance) = instance(&suite, &json!({ "video": "failed" })) else { return };
    assert!(instance.run().status.success());
    let exit = instance.manifest().exit;
    assert!(matches!(&exit, Exit::NotStarted { error, .. } if error == "Runner.DesktopLost"), "{exit:?}");
    let (.., seconds) = played(&instance);
    assert!(seconds > 2.0, "{seconds}");
}

/// What an attempt says whose search path has these programs only, and perhaps an ffmpeg of this text.
fn refusal(kept: &Value, ffmpeg: Option<&str>) -> Option<(String, String)> {
    let instance = instance(FAILS, kept).filter(|_| can_have_desktops())?;
    let programs = tempfile::tempdir().unwrap();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    for name in ["Xvfb", "openbox", "sh"] {
        let found = std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file());
        symlink(found.unwrap(), programs.path().join(name)).unwrap();
    }
    if let Some(text) = ffmpeg {
        let file = programs.path().join("ffmpeg");
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let ended = instance.run_with_path(programs.path());
    assert!(ended.status.success(), "{ended:?}");
    let Exit::NotStarted { error, cause } = instance.manifest().exit else { panic!("robot was started") };
    assert!(!instance.has_uploaded("ran.txt"));
    Some((error, cause))
}

#[test]
fn an_ffmpeg_that_is_missing_or_sees_nothing_is_named_before_a_test() {
    for kept in [json!({ "video": "failed" }), json!({ "screenshots": true })] {
        let Some((error, cause)) = refusal(&kept, None) else { return };
        assert_eq!(error, "Runner.CommandMissing", "{cause}");
        assert!(cause.contains("ffmpeg"), "{cause}");
        let Some((error, cause)) = refusal(&kept, Some("#!/bin/sh\necho no x11grab; exit 1\n")) else { return };
        assert_eq!(error, "Runner.DesktopUnrecorded", "{cause}");
        assert!(cause.contains("no x11grab"), "{cause}");
    }
}
