//! Pictures of failed tests within the report, so that whoever has the report alone sees them, too.

use aws::Artifacts;
use domain::run::keys;
use percent_encoding::percent_decode_str;
use results::report::{FailedTest, Report};

/// Bytes of pictures that a report has at most; further ones are linked. With the list of 20,000 tests it is then as
/// large as mail programs still take, 10 MB.
const MOST: usize = 4 << 20;

/// Bytes of a picture that a report has at most.
const LARGEST: usize = 1 << 20;

/// Pictures that are asked for at most.
const COUNT: usize = 100;

/// Brings what the failed tests show into the report; what is missing or too large stays a link.
pub(crate) async fn bring(artifacts: &Artifacts, report: &mut Report) -> Result<(), aws::Error> {
    let wanted: Vec<String> = wanted(&report.failures).take(COUNT).map(str::to_owned).collect();
    let mut left = MOST;
    for path in wanted {
        let name = percent_decode_str(&path).decode_utf8_lossy();
        let bytes = artifacts.read_within(&keys::result(&report.run.as_str().into(), &name), left.min(LARGEST)).await?;
        if let Some(bytes) = bytes {
            left -= bytes.len();
            report.pictures.insert(path, bytes);
        }
    }
    Ok(())
}

/// Paths in the order in which they are wanted: the last picture of each test, then the ones before it.
fn wanted(failures: &[FailedTest]) -> impl Iterator<Item = &str> {
    let longest = failures.iter().map(|failure| failure.screenshots.len()).max().unwrap_or_default();
    (0..longest)
        .flat_map(|at| failures.iter().filter_map(move |failure| failure.screenshots.iter().rev().nth(at)))
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_picture_of_each_test_is_wanted_first() {
        let test = |pictures: &[&str]| FailedTest {
            screenshots: pictures.iter().map(|path| (*path).to_owned()).collect(),
            ..FailedTest::default()
        };
        let failures = [test(&["a1", "a2", "a3"]), test(&[]), test(&["b1"])];
        assert_eq!(wanted(&failures).collect::<Vec<_>>(), ["a3", "b1", "a2", "a1"]);
    }
}
