//! `qaops doctor --on NAME`: whether an account has and allows what a deployment's runs need. It changes nothing.

mod checks;
mod launches;
mod live;
mod roles;
mod show;

use aws::account::Account;
use domain::base::text::with_causes;
use domain::run::deployment::Deployment;
use serde::Serialize;

pub use self::live::Stage;
pub use self::show::{json, text};

/// The result of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is as runs need it.
    Good,
    /// Runs work, but somebody should know.
    Warning,
    /// Unknown: the check itself failed.
    Unknown,
    /// Runs will fail by it.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, such as `quotas`.
    pub check: &'static str,
    /// What came of it.
    pub state: State,
    /// What was found, as a fragment.
    pub found: String,
    /// What to do, as whole sentences; empty where nothing is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cure: String,
}

impl Check {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Good, found: found.into(), cure: String::new() }
    }

    fn warning(check: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, state: State::Warning, found: found.into(), cure: cure.into() }
    }

    fn bad(check: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, state: State::Bad, found: found.into(), cure: cure.into() }
    }

    /// What nobody could look at.
    fn unknown(check: &'static str, error: &aws::Error) -> Self {
        let cure = match error.code.as_deref() {
            Some(code) if code.contains("AccessDenied") || code.contains("Unauthorized") => {
                "Call the doctor with the rights that infra/terraform/README.md lists for it."
            }
            _ => "",
        };
        Self { check, state: State::Unknown, found: with_causes(error), cure: cure.to_owned() }
    }
}

/// What was looked at, in order.
#[derive(Clone, Debug, Serialize)]
pub struct Examination {
    /// Name of the deployment.
    pub deployment: String,
    /// Version of this command.
    pub command: &'static str,
    /// Region that the calls went to.
    pub region: String,
    /// Everything that was looked at.
    pub checks: Vec<Check>,
    /// How long the stages of a run took, where one was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
}

impl Examination {
    /// The worst of all states.
    pub fn state(&self) -> State {
        self.checks.iter().map(|check| check.state).max().unwrap_or(State::Good)
    }
}

/// Exit status: 0 where runs work, 1 where they will fail, 2 where nobody can tell.
pub fn status(examination: &Examination) -> u8 {
    match examination.state() {
        State::Good | State::Warning => 0,
        State::Bad => 1,
        State::Unknown => 2,
    }
}

/// Checks the account of a deployment. If the first checks do not find the deployment, there are no other checks.
pub async fn examine(account: &Account, name: &str) -> Examination {
    let mut examination = begun(account, name);
    if let Some(deployment) = first(account, name, &mut examination.checks).await {
        examination.checks.extend(of_deployment(account, &deployment).await);
    }
    examination
}

/// As [`examine`], and where nothing is bad makes two small runs, which `say` announces.
pub async fn examine_live(cloud: &aws::Cloud, name: &str, say: impl Fn(&str)) -> Examination {
    let account = cloud.account();
    let mut examination = examine(&account, name).await;
    if examination.state() == State::Bad {
        let cure = "First fix what the checks above report as bad.";
        examination.checks.push(Check::warning("smoke run", "none was made, because it would fail", cure));
        return examination;
    }
    if let Ok(Some(deployment)) = account.deployment(name).await {
        let (checks, stages) = live::live(cloud, &deployment, say).await;
        examination.checks.extend(checks);
        examination.stages = stages;
    }
    examination
}

fn begun(account: &Account, name: &str) -> Examination {
    let region = account.region().unwrap_or_default().to_owned();
    let (checks, stages) = (Vec::new(), Vec::new());
    Examination { deployment: name.to_owned(), command: env!("CARGO_PKG_VERSION"), region, checks, stages }
}

/// Region, credentials and the deployment itself.
async fn first(account: &Account, name: &str, checks: &mut Vec<Check>) -> Option<Deployment> {
    let Some(region) = account.region() else {
        let cure = "Set AWS_REGION, or a region in the profile, to the region of the deployment.";
        checks.push(Check::bad("region", "nothing says which region", cure));
        return None;
    };
    checks.push(Check::good("region", region));
    let identity = match account.identity().await {
        Ok(identity) => identity,
        Err(error) => {
            let cure =
                "Give credentials as for the AWS command line: AWS_PROFILE, aws sso login, or AWS_ACCESS_KEY_ID.";
            checks.push(Check::bad("credentials", with_causes(&error), cure));
            return None;
        }
    };
    checks.push(Check::good("credentials", format!("{} of account {}", identity.arn, identity.account)));
    let deployment = match account.deployment(name).await {
        Ok(Some(deployment)) => deployment,
        Ok(None) => {
            checks.push(none_of_this_name(account, name, region).await);
            return None;
        }
        Err(error) => {
            checks.push(Check::unknown("deployment", &error));
            return None;
        }
    };
    checks.push(checks::deployment(&deployment, &identity, region));
    Some(deployment)
}

async fn none_of_this_name(account: &Account, name: &str, region: &str) -> Check {
    let cure = match account.deployments().await {
        Ok(names) if !names.is_empty() => format!("Name one of those that are there: {}.", names.join(", ")),
        _ => "Deploy it, or set AWS_REGION to its region.".to_owned(),
    };
    Check::bad("deployment", format!("there is none named {name} in {region}"), cure)
}

async fn of_deployment(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let (quotas, service_roles, images, launches, endpoints, subscriptions, schedules, roles, instances) = tokio::join!(
        checks::quotas(account, deployment),
        roles::of_services(account, deployment),
        launches::images(account, deployment),
        launches::launches(account, deployment),
        checks::endpoints(account, deployment),
        checks::subscriptions(account, deployment),
        checks::schedules(account, deployment),
        roles::of_deployment(account, deployment),
        checks::instances(account, deployment),
    );
    let all = [quotas, service_roles, images, launches, endpoints, subscriptions, schedules, roles, instances];
    all.into_iter().flatten().collect()
}
