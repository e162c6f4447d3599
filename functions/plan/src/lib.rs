//! `plan`: request, package and history become shards, `plan.json` and the run in the ledger.
//!
//! `plan.json` is written once and fixes the decision: whoever plans the run again takes it from there.

use std::collections::BTreeMap;

use aws::{Artifacts, Ledger, ObjectVersion};
use domain::base::ids::{RunId, RunRef};
use domain::base::problem::Problem;
use domain::base::time::Time;
use domain::package::contents::Checked;
use domain::package::input::{Request, check_run};
use domain::package::manifest::Size;
use domain::package::plan::{Layers, PackageVersion, Plan as RunPlan, Work};
use domain::package::prices::parse_prices;
use domain::package::settings::{Settings, settings};
use domain::quality::baseline::{PinnedBaseline, branches};
use domain::quality::gates::{parse_mandatory, with_mandatory};
use domain::run::keys;
use domain::run::shards;
use jiff::Timestamp;
use results::package::{Directory, DirectoryReader, TextReader};
use results::requirements::{self, Requirements};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Days that a layer of Python packages is used: a requirement without a version then gets the newest one again.
const LAYER_DAYS: i64 = 30;

/// The step's connections.
#[derive(Debug)]
pub struct Plan {
    /// Packages and the plan.
    pub artifacts: Artifacts,
    /// The run and the history of its suite.
    pub ledger: Ledger,
    /// Gates that the platform's owner asks of every run, as the deployment sets them; empty for none.
    pub mandatory: String,
    /// What things cost, as the deployment sets it; empty where it does not say.
    pub prices: String,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id: the execution's name.
    pub run: RunId,
    /// Start of the execution.
    pub started: Timestamp,
    /// The execution's input.
    pub request: Value,
}

/// What the state machine goes on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// Suite's name.
    pub suite: String,
    /// Shards.
    pub shards: usize,
    /// Environments wanted.
    pub environments: usize,
    /// Seconds that an attempt at a shard may take.
    pub attempt_seconds: u64,
}

/// Why a run cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is not what it should be.
    #[error(transparent)]
    BadRequest(Problem),
    /// The package, or the `qaops.toml` in it, is not what it should be.
    #[error(transparent)]
    BadPackage(Problem),
    /// A setting of the deployment is not what it should be.
    #[error(transparent)]
    BadSetting(Problem),
    /// There is no such package.
    #[error("there is no package s3://{0}/{1}: upload it, or name another one as `package` in the input")]
    PackageMissing(String, String),
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] =
        &["BadRequest", "BadPackage", "BadSetting", "PackageMissing", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "BadRequest",
            Self::BadPackage(_) => "BadPackage",
            Self::BadSetting(_) => "BadSetting",
            Self::PackageMissing(..) => "PackageMissing",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Plan {
    /// Plans a run; twice is once.
    pub async fn run(&self, input: Input, _now: Time) -> Result<Output, Error> {
        check_run(&input.run).map_err(Error::BadRequest)?;
        let key = keys::plan(&input.run);
        let plan = match self.artifacts.read_json(&key).await? {
            Some(plan) => plan,
            None => self.fix(&key, self.decide(&input).await?).await?,
        };
        self.ledger.begin(&plan).await?;
        Ok(Output {
            suite: plan.work.suite,
            shards: plan.shards.len(),
            environments: plan.environments,
            attempt_seconds: plan.work.attempt_seconds,
        })
    }

    /// Writes the plan, or takes the one that another attempt at planning wrote first.
    async fn fix(&self, key: &str, plan: RunPlan) -> Result<RunPlan, Error> {
        if self.artifacts.write_json_once(key, &plan).await? {
            return Ok(plan);
        }
        Ok(self.artifacts.read_json(key).await?.unwrap_or(plan))
    }

    async fn decide(&self, input: &Input) -> Result<RunPlan, Error> {
        let request = Request::parse(&input.request).map_err(Error::BadRequest)?;
        let package = self.pin(&request).await?;
        let (directory, checked, requirements) = self.check(&package).await?;
        let mut settings = settings(&request, &checked.config).map_err(Error::BadRequest)?;
        settings.check_reports().map_err(Error::BadPackage)?;
        self.check_suites(&package, &directory, &checked.suite_files, &settings).await?;
        let mandatory = parse_mandatory(&self.mandatory).map_err(Error::BadSetting)?;
        settings.gates = with_mandatory(settings.gates, mandatory);
        let mut prices = parse_prices(&self.prices).map_err(Error::BadSetting)?;
        if let (Some(prices), Some(gib)) = (&mut prices, settings.environment.volume) {
            prices.grow_volume(settings.platform, gib);
        }
        let history = self.history(&settings.suite).await?;
        let baseline = self.baseline(&settings).await?;
        let layers = self.layers(&settings.suite, requirements.sum(&package.content()), input.started.into()).await?;
        Ok(RunPlan { baseline, prices, ..plan(input, settings, (package, layers), &checked.suite_files, &history) })
    }

    async fn pin(&self, request: &Request) -> Result<PackageVersion, Error> {
        let (bucket, key) = match &request.package {
            Some(url) => (url.bucket.clone(), url.key.clone()),
            None => (self.artifacts.bucket().to_owned(), keys::package(&request.suite)),
        };
        self.artifacts.pin(&bucket, &key).await?.ok_or(Error::PackageMissing(bucket, key))
    }

    /// Reads the package's directory, its `qaops.toml` and its requirements by ranges, never the whole zip.
    async fn check(&self, package: &PackageVersion) -> Result<(Directory, Checked, Requirements), Error> {
        let mut reader = DirectoryReader::new(package.size);
        while let Some(range) = reader.wants() {
            let bytes = self.artifacts.package_range(package, range).await?;
            reader.feed(&bytes).map_err(Error::BadPackage)?;
        }
        let directory = reader.finish().map_err(Error::BadPackage)?;
        let config = match directory.config().map_err(Error::BadPackage)? {
            Some(text) => Some(self.read_text(package, text).await?),
            None => None,
        };
        let checked = directory.check(config.as_deref()).map_err(Error::BadPackage)?;
        let requirements = self.requirements(package, &directory).await?;
        Ok((directory, checked, requirements))
    }

    /// Refuses tests and tasks in one run, as Robot Framework does, however many shards there are.
    async fn check_suites(
        &self,
        package: &PackageVersion,
        directory: &Directory,
        files: &[String],
        settings: &Settings,
    ) -> Result<(), Error> {
        let mut suites = directory.suites(files, &settings.robot);
        while let Some(range) = suites.wants().map_err(Error::BadPackage)? {
            let bytes = self.artifacts.package_range(package, range.clone()).await?;
            suites.feed(&range, bytes.to_vec()).map_err(Error::BadPackage)?;
        }
        suites.finish(files, &settings.robot).map_err(Error::BadPackage)
    }

    /// Reads `requirements.txt`, and refuses one that no instance could install.
    async fn requirements(&self, package: &PackageVersion, directory: &Directory) -> Result<Requirements, Error> {
        let mut requirements = directory.requirements();
        while let Some(path) = requirements.wants() {
            let file = directory.small_file(path, requirements::MOST_BYTES).map_err(Error::BadPackage)?;
            let Some(file) = file else { break };
            let file = self.read_file(package, file).await?;
            requirements.feed(&file.bytes().map_err(Error::BadPackage)?).map_err(Error::BadPackage)?;
        }
        requirements.finish().map_err(Error::BadPackage)
    }

    async fn read_text(&self, package: &PackageVersion, text: TextReader) -> Result<String, Error> {
        self.read_file(package, text).await?.finish().map_err(Error::BadPackage)
    }

    async fn read_file(&self, package: &PackageVersion, mut file: TextReader) -> Result<TextReader, Error> {
        while let Some(range) = file.wants() {
            let bytes = self.artifacts.package_range(package, range).await?;
            file.feed(&bytes).map_err(Error::BadPackage)?;
        }
        Ok(file)
    }

    /// Layers that earlier runs of the suite built of these requirements, none of them older than [`LAYER_DAYS`].
    async fn layers(&self, suite: &str, requirements: Option<String>, started: Time) -> Result<Option<Layers>, Error> {
        let Some(requirements) = requirements else { return Ok(None) };
        let objects = self.artifacts.list(&keys::layers(suite, &requirements)).await?;
        let oldest = started - LAYER_DAYS * 86_400;
        let young = objects.into_iter().filter(|object| Time::from(object.written) >= oldest);
        let built = young.filter_map(|object| {
            let base = keys::base_of_layer(&object.key)?.to_owned();
            let ObjectVersion { key, size, etag, .. } = object;
            let bucket = self.artifacts.bucket().to_owned();
            Some((base, PackageVersion { bucket, key, version: None, size, etag }))
        });
        Ok(Some(Layers { requirements, built: built.collect() }))
    }

    /// The accepted run to compare with: of the run's own branch, else of the default branch.
    async fn baseline(&self, settings: &Settings) -> Result<Option<PinnedBaseline>, Error> {
        for branch in branches(&settings.labels, &settings.default_branch) {
            if let Some(RunRef { run, .. }) = self.ledger.baseline(&settings.suite, branch).await? {
                return Ok(Some(PinnedBaseline { run, branch: branch.to_owned() }));
            }
        }
        Ok(None)
    }

    async fn history(&self, suite: &str) -> Result<BTreeMap<String, f64>, Error> {
        let files = self.ledger.file_histories(suite).await?;
        Ok(files.into_iter().filter_map(|file| Some((file.path.clone(), file.seconds()?))).collect())
    }
}

fn plan(
    input: &Input,
    settings: Settings,
    (package, layers): (PackageVersion, Option<Layers>),
    files: &[String],
    history: &BTreeMap<String, f64>,
) -> RunPlan {
    let asked = match settings.size {
        Size::Environments(count) => count as usize,
        Size::TargetSeconds(target) => shards::environments_for(files, history, target as f64),
    };
    let shards = shards::pack(files, history, asked);
    let started = Time::from(input.started);
    RunPlan {
        run: input.run.clone(),
        started,
        deadline: started + i64::try_from(settings.timeout_seconds).unwrap_or(i64::MAX),
        platform: settings.platform.to_string(),
        types: settings.environment.types,
        volume: settings.environment.volume,
        environments: asked.min(shards.len()),
        rerun_failed: settings.rerun_failed,
        gates: settings.gates,
        given_reports: settings.given_reports,
        baseline: None,
        prices: None,
        quarantine: settings.quarantine,
        labels: settings.labels,
        stale_after_seconds: settings.stale_after_seconds,
        work: Work {
            suite: settings.suite,
            package,
            robot: settings.robot,
            hooks: settings.hooks,
            packages: settings.environment.packages,
            layers,
            health: settings.environment.health,
            reports: settings.reports,
            desktop: settings.desktop,
            attempt_seconds: settings.timeout_seconds,
        },
        shards,
    }
}
