//! Prices, as a deployment sets them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::problem::Problem;
use crate::base::tree::Node;
use crate::package::platform::Platform;

/// Name of the setting that holds them.
pub const SETTING: &str = "QAOPS_PRICES";

/// Prices in dollars. `plan` keeps them in `plan.json`, so that a run is judged again by the prices of its own day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// Instance types by platform, for a licence of Windows is in the price: dollars an hour.
    pub instances: BTreeMap<String, BTreeMap<String, InstancePrice>>,
    /// Size of the root volume by platform, in GiB.
    pub volume_gib: BTreeMap<String, f64>,
    /// A GiB of volume for a month.
    pub volume_gib_month: f64,
    /// A public address for an hour; 0 where environments have none.
    #[serde(default)]
    pub address_hour: f64,
    /// A GiB that environments take or give; 0 where S3 is reached by its gateway.
    #[serde(default)]
    pub transfer_gib: f64,
    /// A state transition.
    pub transition: f64,
}

impl Prices {
    /// Lets the root volumes of a platform be so many GiB at least, as a suite asks for.
    pub fn grow_volume(&mut self, platform: Platform, gib: u32) {
        if let Some(size) = self.volume_gib.get_mut(&platform.to_string()) {
            *size = size.max(f64::from(gib));
        }
    }
}

/// An instance type's price by the hour, in each market that has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InstancePrice {
    /// On demand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_demand: Option<f64>,
    /// As Spot capacity: the average price, because the price of Spot capacity changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<f64>,
}

/// Reads the setting's text, `{"instances": {"linux": {"c7i.large": {"on_demand": 0.08925, "spot": 0.04}}},
/// "volume_gib": {"linux": 32}, "volume_gib_month": 0.08, "transition": 0.000025}`, with `address_hour` and
/// `transfer_gib` where they cost something. Empty text is none. The problem names the place, such as
/// `QAOPS_PRICES: instances.linux."c7i.large".spot`.
pub fn parse_prices(text: &str) -> Result<Option<Prices>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        Problem::new(
            SETTING,
            format!("this is no JSON: {error}"),
            "write an object with instances and the other prices",
        )
    })?;
    let node = Node::from_json(SETTING, &value);
    let fields: BTreeMap<&str, &Node> = node.keyed(KEYS.into_iter(), &[])?.into_iter().collect();
    if let Some(key) = NEEDED.iter().find(|key| !fields.contains_key(**key)) {
        return Err(node.problem(format!("{key} is missing"), "a cost without it would be a guess"));
    }
    let amount = |key: &str| fields.get(key).map_or(Ok(0.0), |node| node.amount());
    Ok(Some(Prices {
        instances: each(fields.get("instances").copied(), |types| each(Some(types), instance))?,
        volume_gib: each(fields.get("volume_gib").copied(), Node::amount)?,
        volume_gib_month: amount("volume_gib_month")?,
        address_hour: amount("address_hour")?,
        transfer_gib: amount("transfer_gib")?,
        transition: amount("transition")?,
    }))
}

const KEYS: [&str; 6] = ["instances", "volume_gib", "volume_gib_month", "address_hour", "transfer_gib", "transition"];
const NEEDED: [&str; 4] = ["instances", "volume_gib", "volume_gib_month", "transition"];

fn each<T>(node: Option<&Node>, read: impl Fn(&Node) -> Result<T, Problem>) -> Result<BTreeMap<String, T>, Problem> {
    let Some(node) = node else { return Ok(BTreeMap::new()) };
    node.entries()?.iter().map(|(name, node)| Ok((name.clone(), read(node)?))).collect()
}

fn instance(node: &Node) -> Result<InstancePrice, Problem> {
    let mut price = InstancePrice::default();
    for (key, node) in node.keyed(["on_demand", "spot"].into_iter(), &[])? {
        let amount = Some(node.amount()?);
        if key == "spot" { price.spot = amount } else { price.on_demand = amount }
    }
    if price == InstancePrice::default() {
        return Err(node.problem("there is no price", "write on_demand, spot or both, in dollars an hour"));
    }
    Ok(price)
}
