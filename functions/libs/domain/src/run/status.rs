//! A run in the ledger, and what becomes of it.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::base::ids::{InstanceId, RunId};
use crate::base::time::Time;
use crate::results::outcome::Counts;
use crate::run::fleet::{self, Market};
use crate::run::halted::End;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// Its state machine works on it.
    Running,
    /// An error gate does not hold.
    Failed,
    /// Every error gate holds.
    Passed,
    /// Work was lost, so nobody can tell.
    Inconclusive,
    /// It ended by an error of the input or of ours.
    Error,
    /// It was stopped or ran out of time.
    Aborted,
}

impl Status {
    /// The word for it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// A run in the ledger: `RUN#<id>` / `RUN`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Run's id.
    pub id: RunId,
    /// Suite's name.
    pub suite: String,
    /// Where it stands.
    pub status: Status,
    /// When it started.
    pub started: Time,
    /// Time after which nothing is launched or handed out.
    pub deadline: Time,
    /// Whether nothing may be launched for it any more.
    #[serde(default)]
    pub closed: bool,
    /// Where Robot Framework ran no further test in one of its shards: nothing later of the run is run either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<End>,
    /// Tests of the shards that are done; a test that was run again counts in each of its runs.
    #[serde(default)]
    pub counts: Counts,
    /// Shards that are done, those of reruns included.
    #[serde(default)]
    pub done: u64,
    /// Shards of the plan.
    pub shards: u64,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Time>,
    /// Error's name and cause, where it ended by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// Why a run ended without a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Error's name, such as `Plan.BadConfig`.
    pub error: String,
    /// What happened, for a person.
    pub cause: String,
}

/// An environment in the ledger: `RUN#<id>` / `ENV#<instance>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// Instance's id.
    pub id: InstanceId,
    /// Instance type.
    pub instance_type: String,
    /// How its capacity is bought.
    pub market: Market,
    /// Id of its image, known once it was seen ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Round in which it was launched, from 1.
    pub round: u32,
    /// When it was launched.
    pub launched: Time,
    /// Seconds from the launch after which it is given up, if SSM cannot reach it.
    #[serde(default = "boot_seconds")]
    pub boot_seconds: i64,
    /// When it was first seen ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Time>,
    /// When it was terminated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Time>,
    /// Why it was given up before it was ready; a fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
}

/// What kept EC2 from giving environments: `RUN#<id>` / `OBSTACLE#<round>#<what>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchObstacle {
    /// Round in which they were asked for, from 1.
    pub round: u32,
    /// EC2's code and message.
    pub told: String,
    /// When it was met first.
    pub at: Time,
}

/// Of an environment that an older deployment entered.
fn boot_seconds() -> i64 {
    fleet::boot_seconds("linux")
}
