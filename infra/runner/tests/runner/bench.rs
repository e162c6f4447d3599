//! A shard on local files with the real `robot`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use domain::package::plan::{Hooks, PackageVersion, RobotOptions, Work};
use domain::run::order::Order;
use runner::outcome::Outcome;
use runner::shard::{Layers, Shard};
use runner::stop::Limits;
use tokio::sync::watch;
use tokio::time::Instant;

/// A shard and the folder that it runs in.
pub(crate) struct Bench {
    pub(crate) shard: Shard,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) seconds: f64,
    notice: watch::Sender<Option<Instant>>,
    files: Vec<(String, Vec<u8>)>,
}

/// The `robot` command; none, with a word, where there is none.
pub(crate) fn robot() -> Option<PathBuf> {
    let named = std::env::var_os("QAOPS_ROBOT").map(PathBuf::from);
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = || std::env::split_paths(&paths).map(|folder| folder.join("robot")).find(|path| path.is_file());
    let robot = named.or_else(found);
    if robot.is_none() {
        eprintln!("skipped: there is no robot on the search path and none in QAOPS_ROBOT");
    }
    robot
}

impl Bench {
    /// A bench with suite files of these names and contents, all of them ordered; none where there is no `robot`.
    pub(crate) fn new(suites: &[(&str, &str)]) -> Option<Self> {
        let robot = robot()?;
        let package = PackageVersion { bucket: "b".into(), key: "k".into(), version: None, size: 0, etag: "e".into() };
        let work = Work {
            suite: "shop".into(),
            package,
            robot: RobotOptions::default(),
            hooks: Hooks::default(),
            packages: Vec::new(),
            layers: None,
            health: None,
            reports: BTreeMap::new(),
            desktop: None,
            attempt_seconds: 60,
        };
        let order = Order {
            run: "run".into(),
            shard: "0001".into(),
            attempt: 1,
            files: suites.iter().map(|(name, _)| (*name).to_owned()).collect(),
            selection: Vec::new(),
            halt: None,
            deadline: 0.into(),
        };
        let folder = tempfile::tempdir().unwrap();
        let layers = Layers { folder: folder.path().join("layers"), index: None, shared: None };
        let files = suites.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Some(Self {
            shard: Shard {
                work,
                order,
                secrets: BTreeMap::new(),
                robot,
                layers,
                account: None,
                installs_packages: false,
                most_bytes: 1 << 30,
            },
            folder,
            seconds: 120.0,
            notice: watch::channel(None).0,
            files,
        })
    }

    /// Adds a file to the package that is not ordered.
    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        self.with_bytes(name, text.into())
    }

    /// Adds a file of bytes to the package that is not ordered.
    pub(crate) fn with_bytes(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push((name.to_owned(), bytes));
        self
    }

    pub(crate) fn attempt(&self) -> PathBuf {
        self.folder.path().join("attempt")
    }

    pub(crate) fn notice(&self) -> watch::Sender<Option<Instant>> {
        self.notice.clone()
    }

    pub(crate) async fn run(&self) -> Outcome {
        let package = self.folder.path().join("package.zip");
        zip(&package, &self.files);
        let mut limits = Limits::new(self.seconds, self.notice.subscribe());
        runner::stages::run(&self.shard, Ok(package), &self.attempt(), &mut limits).await.unwrap()
    }
}

pub(crate) fn zip<T: AsRef<[u8]>>(path: &Path, files: &[(String, T)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, content) in files {
        let mode = if name.ends_with(".sh") { 0o755 } else { 0o644 };
        zip.start_file(name, zip::write::SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        zip.write_all(content.as_ref()).unwrap();
    }
    zip.finish().unwrap();
}

/// The text of an object.
pub(crate) fn text(outcome: &Outcome, name: &str) -> String {
    let output = outcome.outputs.files.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", outcome.outputs.files));
    String::from_utf8_lossy(&std::fs::read(&output.path).unwrap()).into_owned()
}

/// Whether a process with this id is at work.
pub(crate) fn lives(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    status.rsplit_once(')').is_some_and(|(_, rest)| !matches!(rest.trim().as_bytes().first(), Some(b'Z' | b'X')))
}
