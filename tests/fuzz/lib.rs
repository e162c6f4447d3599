//! What the targets have in common: how a report is read, and what holds of every report that could be.

use domain::quality::reports::{Coverage, Report, Series, joined};
pub use libfuzzer_sys::{Corpus, fuzz_target};
pub use results::reports::Format;
use results::reports::{Error, Found};

/// Reads a report of any format.
pub fn any_report(data: &[u8]) -> Corpus {
    let _ = results::reports::read(data).map(|found| sound(&found));
    Corpus::Keep
}

/// Reads a report, and keeps the input where it is one of the format or nearly so.
pub fn report(data: &[u8], format: Format) -> Corpus {
    match results::reports::read(data) {
        Ok(found) => {
            sound(&found);
            if found.format == format { Corpus::Keep } else { Corpus::Reject }
        }
        Err(Error::Empty | Error::Format(_) | Error::Robot) => Corpus::Reject,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Corpus::Keep
        }
    }
}

/// Fails where a report that was read has figures that no gate could be judged by.
fn sound(found: &Found) {
    match &found.report {
        Report::Coverage(coverage) => sound_coverage(coverage),
        Report::Vulnerabilities(findings) => {
            assert_eq!(&joined(findings.iter().cloned()), findings, "each finding stands there once");
            assert!(findings.iter().filter_map(|finding| finding.epss).all(|epss| (0.0..=1.0).contains(&epss)));
        }
        Report::Performance(series) => series.values().for_each(sound_series),
        Report::Tests(cases) => assert!(cases.iter().all(|case| case.seconds.is_finite() && case.seconds >= 0.0)),
    }
}

fn sound_coverage(coverage: &Coverage) {
    let shares = coverage.files.iter().flat_map(|file| [file.lines, file.branches]);
    shares.for_each(|share| assert!(share.covered <= share.all, "{share:?}"));
    let stated = [coverage.stated_line, coverage.stated_branch].into_iter().flatten();
    stated.for_each(|percent| assert!(percent.is_finite(), "{percent}"));
}

fn sound_series(series: &Series) {
    let times = [series.p50, series.p90, series.p95, series.p99, series.avg, series.max];
    let rest = [series.rate, series.error_rate, series.count];
    times.into_iter().chain(rest).flatten().for_each(|figure| assert!(figure.is_finite(), "{series:?}"));
}
