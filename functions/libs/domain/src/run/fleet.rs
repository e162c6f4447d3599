//! Which environments to start, and when to stop waiting for them.

use serde::{Deserialize, Serialize};

use crate::base::ids::{InstanceId, RunId};
use crate::base::time::Time;
use crate::run::obstacles::cure;

/// Rounds of launching in one run.
pub const MOST_ROUNDS: u32 = 3;
/// Longest client token that EC2 takes, in ASCII characters.
const LONGEST_TOKEN: usize = 64;
/// Seconds that the first ready environment waits for the others.
pub const GRACE_SECONDS: i64 = 60;

/// Seconds from its launch after which an instance of a platform that SSM cannot reach is given up, where the deployment
/// does not say: SSM reaches Linux within 30 s to 6 min and Windows within some 6 min (EC2's documentation of launches).
pub fn boot_seconds(platform: &str) -> i64 {
    if platform == "windows" { 900 } else { 300 }
}

/// How instances of one platform are launched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Launch template's id or name; it names the image.
    pub template: String,
    /// Instance types, the preferred first.
    pub types: Vec<String>,
    /// Subnets, one in each zone.
    pub subnets: Vec<String>,
    /// Whether Spot capacity is asked for before on-demand capacity.
    #[serde(default)]
    pub spot: bool,
    /// The root volume; without it, no suite can ask for a larger one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<RootVolume>,
}

/// The root volume of a platform's instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootVolume {
    /// Its device, as the image names it.
    pub device: String,
    /// GiB that the launch template gives it.
    pub gib: u32,
    /// GiB that a suite may ask for.
    pub most_gib: u32,
}

/// How capacity is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Market {
    /// Cheap, and may be taken back with two minutes' notice.
    Spot,
    /// Stays until it is given back.
    OnDemand,
}

impl std::fmt::Display for Market {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Spot => "spot",
            Self::OnDemand => "on demand",
        })
    }
}

impl Platform {
    /// The platform with those of its types that a suite asks for, in the suite's order; as it is where the suite
    /// asks for none. None if the deployment has none of these types: a suite only chooses among the deployment's
    /// types.
    pub fn with_types(&self, asked: &[String]) -> Option<Self> {
        if asked.is_empty() {
            return Some(self.clone());
        }
        let types: Vec<String> = asked.iter().filter(|kind| self.types.contains(kind)).cloned().collect();
        (!types.is_empty()).then(|| Self { types, ..self.clone() })
    }

    /// Device and GiB of the root volume where a suite asks for a larger one than the launch template gives; an error has
    /// the most that the deployment lets a suite have.
    pub fn larger_volume(&self, asked: Option<u32>) -> Result<Option<(&str, u32)>, u32> {
        let Some(asked) = asked else { return Ok(None) };
        match &self.volume {
            Some(volume) if asked <= volume.gib => Ok(None),
            Some(volume) if asked <= volume.most_gib => Ok(Some((&volume.device, asked))),
            volume => Err(volume.as_ref().map_or(0, |volume| volume.most_gib.max(volume.gib))),
        }
    }

    /// The rungs of the ladder: markets in the order in which they are asked.
    pub fn markets(&self) -> &'static [Market] {
        if self.spot { &[Market::Spot, Market::OnDemand] } else { &[Market::OnDemand] }
    }
}

/// What `launch` does in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Environments were started: wait until they are ready.
    Ready,
    /// There is work but no capacity: try again later.
    Wait,
    /// Nothing is left to do, or no round is left to do it in.
    Done,
}

/// Decides what follows a round that started `launched` environments for `left` shards.
pub fn after_launch(round: u32, launched: usize, left: usize) -> Next {
    match (launched, left) {
        (1.., 1..) => Next::Ready,
        (_, 0) => Next::Done,
        _ if round >= MOST_ROUNDS => Next::Done,
        _ => Next::Wait,
    }
}

/// Seconds that a run must have left for a further round: less is over before an environment has booted.
const LEAST_ROUND_SECONDS: i64 = 60;

/// Environments to start in a round for `left` shards, of which none runs, in a run that has `seconds` left.
pub fn wanted(environments: usize, left: usize, round: u32, seconds: i64) -> usize {
    let late = round > 1 && seconds < LEAST_ROUND_SECONDS;
    if late || round > MOST_ROUNDS { 0 } else { environments.min(left) }
}

/// The client token of a fleet request: the same for the same run, round, rung and count, and no other.
///
/// A run's id has up to 80 characters and a token at most 64, so a long id is cut and told apart by its hash.
pub fn client_token(run: &RunId, round: u32, market: Market, count: usize) -> String {
    let market = if market == Market::Spot { "s" } else { "d" };
    let tail = format!("-{:016x}-{round}{market}{count}", fnv1a(run));
    let head: String = run.chars().filter(char::is_ascii_alphanumeric).take(LONGEST_TOKEN - tail.len()).collect();
    head + &tail
}

/// FNV-1a with 64 bits: stable over compilers and releases, which the standard library's hasher is not.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What is known of one environment that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceStatus {
    /// Instance's id.
    pub id: InstanceId,
    /// EC2's state; none when EC2 does not show the instance yet.
    pub state: Option<InstanceState>,
    /// Id of its image; none when EC2 does not show the instance yet.
    pub image: Option<String>,
    /// Whether EC2 found the machine impaired.
    pub impaired: bool,
    /// Why EC2 ended it, as code and message; none while it did not.
    pub reason: Option<String>,
    /// Whether SSM reaches its agent.
    pub online: bool,
}

/// An instance of some run, as EC2 and its tags show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Instance's id.
    pub id: InstanceId,
    /// Run's id.
    pub run: RunId,
    /// EC2's state.
    pub state: InstanceState,
    /// When it was launched.
    pub launched: Time,
    /// When it is overdue.
    pub deadline: Option<Time>,
}

/// EC2's states of an instance, as far as they matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// Not running yet.
    Pending,
    /// Running.
    Running,
    /// Stopping, stopped, shutting down or terminated.
    Ending,
}

/// Where the fleet of a round stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Environments that can work.
    pub ready: Vec<InstanceId>,
    /// Environments that are not waited for any more, to be terminated.
    pub lost: Vec<InstanceId>,
    /// Whether the wait is over.
    pub settled: bool,
}

/// How long a round has waited, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited {
    /// Since the launch.
    pub launch: i64,
    /// Since an environment was first seen ready; 0 while none was.
    pub first_ready: i64,
    /// Since the launch at most.
    pub limit: i64,
}

/// Decides from `fleet` what is ready, so long after the launch.
///
/// The wait ends when every environment is ready or lost, when the others are late behind the first that was ready, and
/// in any case after the boot limit.
pub fn readiness(fleet: &[InstanceStatus], waited: Waited) -> Readiness {
    let (mut ready, mut lost, mut coming) = (Vec::new(), Vec::new(), Vec::new());
    for status in fleet {
        match stage(status) {
            Stage::Ready => ready.push(status.id.clone()),
            Stage::Lost => lost.push(status.id.clone()),
            Stage::Coming => coming.push(status.id.clone()),
        }
    }
    let late = waited.launch >= waited.limit || (!ready.is_empty() && waited.first_ready >= GRACE_SECONDS);
    let settled = coming.is_empty() || late;
    if settled {
        lost.append(&mut coming);
    }
    Readiness { ready, lost, settled }
}

/// Why an environment that is lost is not waited for any more: a fragment.
pub fn why_lost(status: &InstanceStatus, waited: Waited) -> String {
    match (status.state, &status.reason) {
        (Some(InstanceState::Ending), Some(reason)) => match cure(reason) {
            Some(cure) => format!("it ended by itself ({reason}): {cure}"),
            None => format!("it ended by itself ({reason})"),
        },
        (Some(InstanceState::Ending), None) => "it ended by itself".to_owned(),
        _ if status.impaired => "EC2 found it impaired".to_owned(),
        _ => format!("Systems Manager did not reach it within {} s", waited.launch),
    }
}

enum Stage {
    Ready,
    Lost,
    Coming,
}

fn stage(status: &InstanceStatus) -> Stage {
    match status.state {
        Some(InstanceState::Ending) => Stage::Lost,
        _ if status.impaired => Stage::Lost,
        Some(InstanceState::Running) if status.online => Stage::Ready,
        _ => Stage::Coming,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn status(id: &str, state: InstanceState, online: bool) -> InstanceStatus {
        InstanceStatus { id: id.into(), state: Some(state), image: None, impaired: false, reason: None, online }
    }

    fn waited(launch: i64, first_ready: i64) -> Waited {
        Waited { launch, first_ready, limit: 300 }
    }

    #[test]
    fn the_wait_goes_on_while_one_boots() {
        let fleet = [status("a", InstanceState::Running, true), status("b", InstanceState::Running, false)];
        assert!(
            !readiness(&fleet, waited(200, GRACE_SECONDS - 1)).settled,
            "grace counts from the first that is ready"
        );
        let late = readiness(&fleet, waited(200, GRACE_SECONDS));
        assert_eq!((late.settled, late.ready, late.lost), (true, vec!["a".into()], vec!["b".into()]));
    }

    #[test]
    fn windows_may_boot_longer() {
        assert_eq!(["linux", "android", "windows"].map(boot_seconds), [300, 300, 900]);
    }

    #[test]
    fn a_suite_chooses_among_the_types_of_its_deployment() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let platform = Platform {
            template: "t".into(),
            types: names(&["a.large", "b.large"]),
            subnets: names(&["s"]),
            spot: true,
            volume: None,
        };
        let types = |asked: &[&str]| platform.with_types(&names(asked)).map(|platform| platform.types);
        assert_eq!(types(&[]), Some(names(&["a.large", "b.large"])));
        assert_eq!(types(&["b.large", "x.metal", "a.large"]), Some(names(&["b.large", "a.large"])));
        assert_eq!(types(&["x.metal"]), None);
    }

    #[test]
    fn a_volume_grows_as_far_as_the_deployment_lets_it_and_never_shrinks() {
        let platform = |volume| Platform { template: "t".into(), types: vec![], subnets: vec![], spot: false, volume };
        let volume = RootVolume { device: "/dev/xvda".into(), gib: 32, most_gib: 100 };
        let open = platform(Some(volume));
        assert_eq!(open.larger_volume(None), Ok(None));
        assert_eq!(open.larger_volume(Some(32)), Ok(None));
        assert_eq!(open.larger_volume(Some(33)), Ok(Some(("/dev/xvda", 33))));
        assert_eq!(open.larger_volume(Some(100)), Ok(Some(("/dev/xvda", 100))));
        assert_eq!(open.larger_volume(Some(101)), Err(100));
        assert_eq!(platform(None).larger_volume(None), Ok(None));
        assert_eq!(platform(None).larger_volume(Some(8)), Err(0));
    }

    #[test]
    fn an_instance_that_ec2_does_not_show_yet_is_not_gone() {
        let unseen =
            InstanceStatus { id: "a".into(), state: None, image: None, impaired: false, reason: None, online: false };
        assert!(!readiness(&[unseen], waited(10, 0)).settled);
    }

    #[test]
    fn a_lost_environment_says_why_and_what_to_do() {
        let ended = |reason: Option<&str>| InstanceStatus {
            reason: reason.map(str::to_owned),
            ..status("a", InstanceState::Ending, false)
        };
        let impaired = InstanceStatus { impaired: true, ..status("a", InstanceState::Running, true) };
        let told = [
            ended(Some("Client.InternalError: Client error on launch")),
            ended(Some("Server.SpotInstanceTermination: Spot instance termination")),
            ended(None),
            impaired,
            status("a", InstanceState::Running, false),
        ];
        insta::assert_snapshot!(told.map(|status| why_lost(&status, waited(300, 0))).join("\n"), @r"
        it ended by itself (Client.InternalError: Client error on launch): EC2 could not use the key of the volume: let the role of launch use the key of the image
        it ended by itself (Server.SpotInstanceTermination: Spot instance termination)
        it ended by itself
        EC2 found it impaired
        Systems Manager did not reach it within 300 s
        ");
    }

    #[test]
    fn an_impaired_instance_is_lost() {
        let bad = InstanceStatus { impaired: true, ..status("a", InstanceState::Running, true) };
        assert_eq!(readiness(&[bad], waited(0, 0)).lost, ["a"]);
    }

    #[test]
    fn work_without_capacity_waits_for_the_next_round_and_ends_after_the_last() {
        assert_eq!(after_launch(1, 0, 4), Next::Wait);
        assert_eq!(after_launch(MOST_ROUNDS, 0, 4), Next::Done);
        assert_eq!(after_launch(2, 0, 0), Next::Done);
        assert_eq!(after_launch(2, 1, 4), Next::Ready);
    }

    proptest! {
        #[test]
        fn a_client_token_fits_and_tells_rounds_apart(run in "[a-zA-Z0-9_-]{1,80}", round in 1u32..4, count in 1usize..500) {
            let token = client_token(&run.as_str().into(), round, Market::Spot, count);
            prop_assert!(token.is_ascii() && token.len() <= LONGEST_TOKEN);
            prop_assert_ne!(token.clone(), client_token(&run.as_str().into(), round + 1, Market::Spot, count));
            prop_assert_ne!(token.clone(), client_token(&run.as_str().into(), round, Market::OnDemand, count));
            prop_assert_ne!(token, client_token(&run.as_str().into(), round, Market::Spot, count + 1));
        }

        #[test]
        fn every_environment_is_ready_or_lost_when_the_wait_is_over(
            states in proptest::collection::vec((0..4u8, any::<bool>(), any::<bool>()), 0..12), launch in 0..600i64, first_ready in 0..100i64,
        ) {
            let fleet: Vec<InstanceStatus> = states.iter().enumerate().map(|(n, &(state, impaired, online))| InstanceStatus {
                id: n.to_string().into(),
                state: [None, Some(InstanceState::Pending), Some(InstanceState::Running), Some(InstanceState::Ending)][state as usize],
                image: None, impaired, reason: None, online,
            }).collect();
            let outcome = readiness(&fleet, waited(launch, first_ready));
            let seen = outcome.ready.len() + outcome.lost.len();
            prop_assert!(seen <= fleet.len());
            prop_assert!(!outcome.settled || seen == fleet.len());
            prop_assert!(launch < 300 || outcome.settled);
        }
    }
}
