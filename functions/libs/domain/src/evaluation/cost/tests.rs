use proptest::prelude::*;

use super::*;
use crate::base::time::Time;
use crate::package::platform::Platform;
use crate::package::prices::parse_prices;

const PRICES: &str = r#"{"instances": {"linux": {"c7i.large": {"on_demand": 0.09, "spot": 0.036}, "m7i.large": {"on_demand": 0.1}}},
    "volume_gib": {"linux": 32}, "volume_gib_month": 0.08, "address_hour": 0.005, "transfer_gib": 0.05, "transition": 0.000025}"#;

fn prices() -> Prices {
    parse_prices(PRICES).unwrap().unwrap()
}

fn environment(kind: &str, market: Market, launched: Time, ended: Option<Time>) -> Environment {
    Environment {
        id: "i-1".into(),
        instance_type: kind.into(),
        market,
        image: None,
        round: 1,
        boot_seconds: 300,
        launched,
        ready: Some(launched + 25),
        ended,
        lost: None,
    }
}

fn usage(environments: &[Environment]) -> Usage<'_> {
    Usage { environments, platform: "linux", at: 7200.into(), attempts: 4, bytes: 1 << 30 }
}

#[test]
fn a_larger_volume_is_counted_at_its_size() {
    let mut prices = prices();
    let fleet = [environment("c7i.large", Market::OnDemand, 0.into(), Some(3600.into()))];
    let volumes = |prices: &Prices| estimate(prices, &usage(&fleet)).unwrap().volumes;
    let own = volumes(&prices);
    prices.grow_volume(Platform::Linux, 8);
    assert_eq!(volumes(&prices), own, "a volume is never smaller than the deployment's");
    prices.grow_volume(Platform::Linux, 64);
    assert!((volumes(&prices) - 2.0 * own).abs() < 1e-12);
}

#[test]
fn each_part_is_counted_at_its_price() {
    let fleet = [
        environment("c7i.large", Market::Spot, 0.into(), Some(3600.into())),
        environment("c7i.large", Market::OnDemand, 0.into(), Some(1800.into())),
        environment("m7i.large", Market::OnDemand, 3600.into(), None),
    ];
    let cost = estimate(&prices(), &usage(&fleet)).unwrap();
    let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
    close(cost.instances, 0.036 + 0.045 + 0.1);
    close(cost.volumes, 2.5 / 730.0 * 32.0 * 0.08);
    close(cost.addresses, 2.5 * 0.005);
    close(cost.transfer, 0.05);
    // The run 10, its round 3, three looks of 3, three environments and four attempts of 5 each.
    assert_eq!(usage(&fleet).transitions(), 10 + 3 + 9 + 15 + 20);
    close(cost.transitions, 57.0 * 0.000_025);
    close(cost.total(), cost.instances + cost.volumes + cost.addresses + cost.transfer + cost.transitions);
}

#[test]
fn an_instance_costs_a_minute_at_least() {
    let cost = |ended| {
        of_environment(&prices(), "linux", &environment("m7i.large", Market::OnDemand, 0.into(), Some(ended)), 0.into())
    };
    assert_eq!(cost(5.into()), cost(60.into()));
    assert_ne!(cost(60.into()), cost(61.into()));
}

#[test]
fn what_has_no_price_is_told_and_never_guessed() {
    let why = |kind, market, platform| {
        let fleet = [
            environment("c7i.large", Market::Spot, 0.into(), Some(60.into())),
            environment(kind, market, 0.into(), Some(60.into())),
        ];
        estimate(&prices(), &Usage { platform, ..usage(&fleet) }).unwrap_err().to_string()
    };
    let told = [
        why("x9.huge", Market::OnDemand, "linux"),
        why("m7i.large", Market::Spot, "linux"),
        why("m7i.large", Market::OnDemand, "windows"),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    QAOPS_PRICES has no instances.linux."x9.huge".on_demand
    QAOPS_PRICES has no instances.linux."m7i.large".spot
    QAOPS_PRICES has no volume_gib.windows
    "#);
}

#[test]
fn a_bad_setting_names_its_place() {
    assert_eq!(parse_prices(" \n"), Ok(None));
    let refused = [
        "0.09",
        "{",
        r#"{"instances": {}}"#,
        r#"{"instances": {"linux": {"c7i.large": 0.09}}, "volume_gib": {}, "volume_gib_month": 0.08, "transition": 0}"#,
        r#"{"instances": {"linux": {"c7i.large": {}}}, "volume_gib": {}, "volume_gib_month": 0.08, "transition": 0}"#,
        r#"{"instances": {"linux": {"c7i.large": {"spots": 1}}}, "volume_gib": {}, "volume_gib_month": 0.08, "transition": 0}"#,
        r#"{"instances": {"linux": {"c7i.large": {"spot": -1}}}, "volume_gib": {}, "volume_gib_month": 0.08, "transition": 0}"#,
        r#"{"instances": {}, "volume_gib": {"linux": "32"}, "volume_gib_month": 0.08, "transition": 0}"#,
        r#"{"instances": {}, "volume_gib": {}, "volume_gib_month": 0.08, "transition": 0, "adress_hour": 1}"#,
    ];
    let refusal = |text| parse_prices(text).unwrap_err().to_string();
    insta::assert_snapshot!(refused.map(refusal).join("\n"), @r#"
    QAOPS_PRICES: expected a table, found 0.09
    QAOPS_PRICES: this is no JSON: EOF while parsing an object at line 1 column 1, write an object with instances and the other prices
    QAOPS_PRICES: volume_gib is missing, a cost without it would be a guess
    QAOPS_PRICES: instances.linux."c7i.large": expected a table, found 0.09
    QAOPS_PRICES: instances.linux."c7i.large": there is no price, write on_demand, spot or both, in dollars an hour
    QAOPS_PRICES: instances.linux."c7i.large": unknown key "spots", did you mean "spot"
    QAOPS_PRICES: instances.linux."c7i.large".spot: expected a number of 0 or more, found -1
    QAOPS_PRICES: volume_gib.linux: expected a number of 0 or more, found "32"
    QAOPS_PRICES: unknown key "adress_hour", did you mean "address_hour"
    "#);
}

/// The README's comparison is computed here, so that neither the formula nor the table changes alone.
#[test]
fn a_nightly_of_a_thousand_tests_costs_what_the_readme_says() {
    const README: &str = include_str!("../../../../../../infra/terraform/README.md");
    const NIGHTS: f64 = 22.0;
    let own = r#"{"instances": {"linux": {"c7i.large": {"on_demand": 0.08925, "spot": 0.0357}}}, "volume_gib": {"linux": 32},
        "volume_gib_month": 0.08, "address_hour": 0.005, "transition": 0.000025}"#;
    let prices = parse_prices(own).unwrap().unwrap();
    let month = |market| {
        let one = Environment {
            ready: Some(60.into()),
            ..environment("c7i.large", market, 0.into(), Some((28 * 60).into()))
        };
        let usage = Usage { environments: &vec![one; 20], platform: "linux", at: 0.into(), attempts: 80, bytes: 0 };
        assert_eq!(usage.transitions(), 534);
        let cost = estimate(&prices, &usage).unwrap();
        [cost.instances, cost.volumes, cost.addresses, cost.transitions].map(|part| format!("{:.2}", part * NIGHTS))
    };
    let (demand, spot) = (month(Market::OnDemand), month(Market::Spot));
    let always = [20.0 * MONTH_HOURS * 0.08925, 20.0 * 32.0 * 0.08, 20.0 * MONTH_HOURS * 0.005, 0.0];
    let always = always.map(|dollars| if dollars == 0.0 { String::new() } else { format!("{dollars:.2}") });
    for part in 0..4 {
        let row = format!("| {} | {} | {} |", always[part], demand[part], spot[part]).replace("|  |", "| |");
        assert!(README.contains(&row), "the README has no row with {row}");
    }
}

proptest! {
    /// More time, more environments and more attempts never cost less.
    #[test]
    fn more_never_costs_less(
        lives in proptest::collection::vec(0..20_000i64, 1..12), more in 0..5_000i64, attempts in 0..500u64,
    ) {
        let fleet = |more: i64| -> Vec<Environment> {
            lives.iter().map(|life| environment("c7i.large", Market::Spot, 0.into(), Some((life + more).into()))).collect()
        };
        let total = |fleet: &[Environment], attempts| {
            estimate(&prices(), &Usage { attempts, ..usage(fleet) }).unwrap().total()
        };
        let (short, long) = (fleet(0), fleet(more));
        prop_assert!(total(&short, attempts) <= total(&long, attempts + 1));
        prop_assert!(total(&short[1..], attempts) < total(&short, attempts));
    }
}
