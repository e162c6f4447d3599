//! Who may use whom, by `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId, TargetKind};

use crate::{Fallible, STEPS, none, reported, root};

/// What the libraries are allowed to use of ours; what the others are is said by their folders.
const LIBRARIES: [(&str, &[&str]); 5] = [
    ("domain", &[]),
    ("results", &["domain"]),
    ("masking", &["domain"]),
    ("aws", &["domain"]),
    ("runtime", &["domain"]),
];
/// What a step may use of ours.
const STEP: [&str; 4] = ["aws", "domain", "results", "runtime"];
/// What the runner and the `qaops` command may use of ours.
const PROGRAM: [&str; 3] = ["aws", "domain", "results"];
/// Crates that reach outside of the process, or make up values: nothing that `domain` is built from may be one.
const IMPURE: [&str; 23] = [
    "async-std",
    "chrono",
    "curl",
    "fastrand",
    "fs-err",
    "getrandom",
    "hyper",
    "mio",
    "num_cpus",
    "openssl",
    "rand",
    "reqwest",
    "rustix",
    "rustls",
    "smol",
    "socket2",
    "sysinfo",
    "tempfile",
    "time",
    "tokio",
    "tracing",
    "ureq",
    "uuid",
];

/// A member of the workspace.
#[derive(Clone, Debug, Default)]
struct Member {
    /// Its folder below the root.
    folder: String,
    /// What it depends on, of any kind.
    uses: BTreeSet<String>,
    /// Its programs.
    programs: BTreeSet<String>,
    /// Everything that its library is built from.
    built_from: BTreeSet<String>,
}

type Members = BTreeMap<String, Member>;

fn members() -> Fallible<Members> {
    let host = ["--filter-platform".to_owned(), "host-tuple".to_owned()];
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).other_options(host).exec()?;
    let mut members = Members::new();
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().ok_or("a manifest lies in a folder")?;
        let programs = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Bin));
        let member = Member {
            folder: folder.strip_prefix(&metadata.workspace_root)?.as_str().replace('\\', "/"),
            uses: package.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
            programs: programs.map(|target| target.name.clone()).collect(),
            built_from: built_from(&metadata, &package.id),
        };
        members.insert(package.name.to_string(), member);
    }
    Ok(members)
}

/// Names of all packages that a package needs, without those that only its tests or build scripts need.
fn built_from(metadata: &Metadata, package: &PackageId) -> BTreeSet<String> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let nodes: BTreeMap<&PackageId, _> = nodes.map(|node| (&node.id, node)).collect();
    let mut seen = BTreeSet::new();
    let mut left = vec![package];
    while let Some(id) = left.pop() {
        for dependency in nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            let is_normal = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if is_normal && seen.insert(&dependency.pkg) {
                left.push(&dependency.pkg);
            }
        }
    }
    seen.into_iter().map(|id| metadata[id].name.to_string()).collect()
}

/// Uses of one of our crates by another that the design does not name.
fn forbidden_uses(members: &Members) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, member) in members {
        let Some(allowed) = allowed(name, member) else {
            problems.push(format!("{name} in {} has no place in the design", member.folder));
            continue;
        };
        let ours = member.uses.iter().filter(|used| members.contains_key(*used));
        let forbidden = ours.filter(|used| !allowed.contains(&used.as_str()));
        problems.extend(forbidden.map(|used| format!("{name} uses {used}")));
    }
    problems
}

/// What a member may use of ours; none where the design does not know it.
fn allowed<'a>(name: &'a str, member: &Member) -> Option<Vec<&'a str>> {
    if let Some((_, allowed)) = LIBRARIES.iter().find(|(library, _)| *library == name) {
        return (member.folder == format!("functions/libs/{name}")).then(|| allowed.to_vec());
    }
    match member.folder.as_str() {
        "infra/runner" | "infra/local" => Some(PROGRAM.to_vec()),
        "infra/cli" => Some(PROGRAM.into_iter().chain(["local"]).collect()),
        "tests" => Some(PROGRAM.into_iter().chain(["local", "qaops"]).chain(STEPS).collect()),
        folder if STEPS.contains(&name) && folder == format!("functions/{name}") => Some(STEP.to_vec()),
        _ => None,
    }
}

/// Uses of AWS's SDK outside of the crate that speaks for it.
fn uses_of_the_sdk(members: &Members) -> Vec<String> {
    let others = members.iter().filter(|(name, _)| *name != "aws");
    let uses = others.flat_map(|(name, member)| member.uses.iter().map(move |used| (name, used)));
    uses.filter(|(_, used)| used.starts_with("aws-")).map(|(name, used)| format!("{name} uses {used}")).collect()
}

/// Crates in `domain` that reach outside.
fn impurities(members: &Members) -> Vec<String> {
    let built_from = members.get("domain").into_iter().flat_map(|domain| &domain.built_from);
    let impure = built_from.filter(|name| IMPURE.contains(&name.as_str()) || name.starts_with("aws-"));
    impure.map(|name| format!("domain is built from {name}")).collect()
}

/// Steps that do not have a crate and a program of their name.
fn steps_without_a_program(members: &Members) -> Vec<String> {
    let mut problems = Vec::new();
    for step in STEPS {
        match members.get(step) {
            None => problems.push(format!("the step {step} has no crate")),
            Some(member) if member.programs != BTreeSet::from([step.to_owned()]) => {
                problems.push(format!("the step {step} has the programs {:?}", member.programs));
            }
            Some(_) => {}
        }
    }
    problems
}

#[test]
fn crates_use_only_what_the_design_lets_them() -> Fallible<()> {
    none(&forbidden_uses(&members()?));
    Ok(())
}

#[test]
fn only_the_crate_aws_depends_on_the_sdk() -> Fallible<()> {
    let members = members()?;
    assert!(members["aws"].uses.contains("aws-sdk-ec2"), "the crate aws depends on the SDK");
    none(&uses_of_the_sdk(&members));
    Ok(())
}

#[test]
fn domain_is_built_from_nothing_that_reaches_outside() -> Fallible<()> {
    let members = members()?;
    assert!(members["domain"].built_from.contains("serde"), "the crates of domain are known");
    none(&impurities(&members));
    Ok(())
}

#[test]
fn every_step_is_a_crate_and_a_program() -> Fallible<()> {
    none(&steps_without_a_program(&members()?));
    Ok(())
}

#[test]
fn planted_uses_are_reported() -> Fallible<()> {
    let members = members()?;
    let planted =
        [("plan", "launch"), ("domain", "aws"), ("runtime", "results"), ("results", "aws"), ("aws", "results")];
    for (user, used) in
        planted.into_iter().chain([("qaops", "runtime"), ("local", "qaops"), ("runner", "qaops"), ("launch", "qaops")])
    {
        let mut members = members.clone();
        members.entry(user.to_owned()).or_default().uses.insert(used.to_owned());
        reported(&forbidden_uses(&members), &format!("{user} uses {used}"));
    }
    Ok(())
}

#[test]
fn a_planted_crate_without_a_place_is_reported() -> Fallible<()> {
    let mut members = members()?;
    members.insert("utils".to_owned(), Member { folder: "functions/libs/utils".to_owned(), ..Member::default() });
    reported(&forbidden_uses(&members), "utils in functions/libs/utils has no place");
    Ok(())
}

#[test]
fn planted_sdks_and_impurities_are_reported() -> Fallible<()> {
    let mut members = members()?;
    members.entry("plan".to_owned()).or_default().uses.insert("aws-sdk-s3".to_owned());
    reported(&uses_of_the_sdk(&members), "plan uses aws-sdk-s3");
    members.entry("domain".to_owned()).or_default().built_from.insert("tokio".to_owned());
    reported(&impurities(&members), "domain is built from tokio");
    Ok(())
}

#[test]
fn a_missing_step_and_a_renamed_program_are_reported() -> Fallible<()> {
    let mut members = members()?;
    members.remove("sweep");
    members.entry("plan".to_owned()).or_default().programs = BTreeSet::from(["planner".to_owned()]);
    let problems = steps_without_a_program(&members);
    reported(&problems, "the step sweep has no crate");
    reported(&problems, "the step plan has the programs");
    Ok(())
}
