//! Who ran what when: a lane for each environment, with its boot, its shards and what was lost.

use super::numbers::{duration, percent};
use super::{Environment, Report, Shard};

/// Steps of the axis in seconds.
const STEPS: [f64; 14] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0];
/// Most steps of the axis.
const MOST_STEPS: f64 = 6.0;
/// A bar narrower than this share of the whole, in percent, has no room for its name.
const ROOM: f64 = 3.0;

/// The whole picture; places and widths are in percent.
pub(super) struct Timeline<'a> {
    /// In the order of the launches.
    pub(super) lanes: Vec<Lane<'a>>,
    /// Places and times of the axis.
    pub(super) ticks: Vec<(String, String)>,
    /// Share of the environments' ready time in which shards ran, as text; none if times are missing.
    pub(super) busy: Option<String>,
}

/// What one environment did.
pub(super) struct Lane<'a> {
    pub(super) id: &'a str,
    pub(super) bars: Vec<Bar>,
    /// Whether it ended before its work did.
    pub(super) lost: bool,
    /// Seconds in which it was ready and ran nothing; none if times are missing.
    pub(super) idle: Option<f64>,
}

/// A span of time in a lane.
pub(super) struct Bar {
    pub(super) left: String,
    pub(super) width: String,
    pub(super) class: &'static str,
    pub(super) label: String,
    pub(super) words: String,
}

impl<'a> Timeline<'a> {
    /// Without lanes where nothing is known of the times.
    pub(super) fn new(report: &'a Report) -> Self {
        let end = end(report);
        let mut lanes: Vec<Lane<'a>> = report.environments.iter().map(|of| lane(report, of, end)).collect();
        for shard in &report.shards {
            let known = lanes.iter().any(|lane| lane.id == shard.environment);
            if !known && !shard.environment.is_empty() && shard.began.is_some() {
                let bars = work(report, &shard.environment, end);
                lanes.push(Lane { id: &shard.environment, bars, lost: false, idle: None });
            }
        }
        lanes.retain(|lane| end > 0.0 && !lane.bars.is_empty());
        Timeline { ticks: ticks(end), busy: busy(report, &lanes), lanes }
    }

    /// Seconds in which an environment was ready and ran nothing.
    pub(super) fn idle(&self, id: &str) -> Option<f64> {
        self.lanes.iter().find(|lane| lane.id == id)?.idle
    }
}

/// When the last thing ended.
fn end(report: &Report) -> f64 {
    let shards = report.shards.iter().filter_map(|shard| Some(shard.began? + shard.seconds));
    let environments = report.environments.iter().map(|environment| environment.launched + environment.seconds);
    shards.chain(environments).filter(|end| end.is_finite()).fold(0.0, f64::max)
}

fn lane<'a>(report: &'a Report, environment: &'a Environment, end: f64) -> Lane<'a> {
    let alive = environment.launched + environment.boot.unwrap_or(environment.seconds);
    let ended = environment.launched + environment.seconds;
    let boot = if environment.boot.is_some() { "Boot" } else { "Never ready" };
    let mut bars = vec![
        Bar::new((environment.launched, alive), end, "boot", "", boot),
        Bar::new((alive, ended), end, "alive", "", "Ready"),
    ];
    bars.retain(|bar| bar.width != "0.000");
    let ran: f64 = busy_seconds(report, &environment.id);
    let idle = environment.boot.map(|_| (ended - alive - ran).max(0.0));
    bars.extend(work(report, &environment.id, end));
    Lane { id: &environment.id, bars, lost: environment.lost, idle }
}

/// What ran on an environment: attempts that were lost, and those that count.
fn work(report: &Report, id: &str, end: f64) -> Vec<Bar> {
    let mut bars = Vec::new();
    for shard in &report.shards {
        for loss in shard.losses.iter().filter(|loss| loss.environment == id) {
            let (Some(began), Some(ended)) = (loss.began, loss.ended) else { continue };
            let words = format!("Shard {}, lost: {}", shard.name, loss.why);
            bars.push(Bar::new((began, ended), end, "lost", &shard.name, &words));
        }
        if let Some(began) = shard.began.filter(|_| shard.environment == id) {
            bars.push(Bar::new((began, began + shard.seconds), end, class(shard), &shard.name, &words(shard)));
        }
    }
    bars
}

impl Shard {
    /// Tests that failed in it.
    pub(super) fn failed(&self) -> u64 {
        self.tests[1]
    }
}

fn class(shard: &Shard) -> &'static str {
    match shard.state.as_str() {
        "done" if shard.tests[1] > 0 => "bad",
        "done" => "good",
        _ => "lost",
    }
}

fn words(shard: &Shard) -> String {
    let [passed, failed, _] = shard.tests;
    format!("Shard {}, {}: {passed} passed, {failed} failed", shard.name, shard.state)
}

fn busy_seconds(report: &Report, id: &str) -> f64 {
    let own = report.shards.iter().filter(|shard| shard.environment == id && shard.began.is_some());
    let lost = report.shards.iter().flat_map(|shard| &shard.losses).filter(|loss| loss.environment == id);
    let lost: f64 = lost.filter_map(|loss| Some((loss.ended? - loss.began?).max(0.0))).sum();
    lost + own.map(|shard| shard.seconds).sum::<f64>()
}

fn busy(report: &Report, lanes: &[Lane<'_>]) -> Option<String> {
    let idle: f64 = lanes.iter().map(|lane| lane.idle).sum::<Option<f64>>()?;
    let ran: f64 = lanes.iter().map(|lane| busy_seconds(report, lane.id)).sum();
    (ran > 0.0).then(|| format!("{:.0}%", 100.0 * ran / (ran + idle)))
}

impl Bar {
    fn new((from, to): (f64, f64), end: f64, class: &'static str, label: &str, words: &str) -> Self {
        let width = (to - from).max(0.0);
        let label = if width * 100.0 >= ROOM * end { label.to_owned() } else { String::new() };
        let words = format!("{words}, {} from {}", duration(&width), duration(&from));
        Bar { left: percent(from, end), width: percent(width, end), class, label, words }
    }
}

fn ticks(end: f64) -> Vec<(String, String)> {
    let fits = |step: &&f64| end / **step <= MOST_STEPS;
    let step = STEPS.iter().find(fits).copied().unwrap_or((end / MOST_STEPS).max(1.0));
    let count = (end / step).floor() as u32;
    let tick = |at: u32| {
        let seconds = f64::from(at) * step;
        (percent(seconds, end), if at == 0 { "0".into() } else { time(seconds) })
    };
    (0..=count).map(tick).collect()
}

/// A whole number of seconds on the axis: `45s`, `1m30s`, `2h`.
fn time(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")];
    parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number}{unit}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::LostAttempt;

    fn report() -> Report {
        let environment = |id: &str, lost| Environment {
            id: id.into(),
            launched: 0.0,
            boot: Some(20.0),
            seconds: 100.0,
            lost,
            ..Environment::default()
        };
        let shard = |name: &str, id: &str, began, seconds| Shard {
            name: name.into(),
            state: "done".into(),
            environment: id.into(),
            began: Some(began),
            seconds,
            ..Shard::default()
        };
        let loss = LostAttempt { environment: "b".into(), began: Some(30.0), ended: Some(50.0), why: "Gone.".into() };
        Report {
            environments: vec![environment("a", false), environment("b", true)],
            shards: vec![
                shard("1", "a", 25.0, 50.0),
                Shard { losses: vec![loss], ..shard("2", "a", 80.0, 1.0) },
                shard("3", "c", 90.0, 10.0),
            ],
            ..Report::default()
        }
    }

    #[test]
    fn each_environment_shows_its_boot_its_shards_and_what_was_lost() {
        let report = report();
        let timeline = Timeline::new(&report);
        let shown: Vec<_> = timeline.lanes.iter().map(|lane| (lane.id, lane.lost, lane.idle)).collect();
        assert_eq!(shown, [("a", false, Some(29.0)), ("b", true, Some(60.0)), ("c", false, None)]);
        let bars: Vec<_> = timeline.lanes[0].bars.iter().map(|bar| (bar.class, bar.label.as_str())).collect();
        assert_eq!(bars, [("boot", ""), ("alive", ""), ("good", "1"), ("good", "")]);
        let lost = &timeline.lanes[1].bars[2];
        assert_eq!((lost.class, lost.left.as_str(), lost.width.as_str()), ("lost", "30.000", "20.000"));
        assert_eq!(lost.words, "Shard 2, lost: Gone., 20s from 30s");
        assert_eq!(timeline.ticks[1], ("30.000".to_owned(), "30s".to_owned()));
        assert_eq!(timeline.busy, None, "of c nobody knows when it was ready");
    }

    #[test]
    fn nothing_is_drawn_of_what_nobody_knows() {
        let shards = vec![Shard { environment: "a".into(), ..Shard::default() }];
        assert!(Timeline::new(&Report { shards, ..Report::default() }).lanes.is_empty());
    }
}
