//! The settings of the step.

use std::time::Duration;

use runtime::{Settings, SettingsError};

/// Seconds that a link to a report works at most: a week is all that S3 gives, and the credentials of a function, which
/// sign it, last twelve hours at most.
const SECONDS: u64 = 12 * 3600;
const WEEK: u64 = 7 * 24 * 3600;

/// Where messages send their readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// ARN of the state machine: its region and partition are those of the consoles.
    pub machine: String,
    /// How long a link to a report works, at most.
    pub life: Duration,
    /// Address of a site that serves the bucket, without a slash at its end; its addresses take the place of links.
    pub site: Option<String>,
}

impl Links {
    /// From `QAOPS_STATE_MACHINE`, `QAOPS_LINK_SECONDS` (12 hours) and `QAOPS_REPORT_URL` (none).
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let seconds: u64 = settings.json_or("QAOPS_LINK_SECONDS", SECONDS)?;
        let site = settings.text("QAOPS_REPORT_URL").ok();
        Ok(Self {
            machine: settings.text("QAOPS_STATE_MACHINE")?,
            life: Duration::from_secs(seconds.clamp(1, WEEK)),
            site: site.map(|site| site.trim().trim_end_matches('/').to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(pairs: &[(&str, &str)]) -> Result<Links, SettingsError> {
        let machine = [("QAOPS_STATE_MACHINE", "arn")];
        let pairs = machine.iter().chain(pairs);
        Links::new(&Settings::new(pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))))
    }

    #[test]
    fn a_link_works_for_twelve_hours_or_as_long_as_is_set_but_never_longer_than_a_week() {
        let seconds = |value| links(&[("QAOPS_LINK_SECONDS", value)]).unwrap().life.as_secs();
        assert_eq!((seconds(""), seconds("60"), seconds("0"), seconds("9999999")), (43_200, 60, 1, 604_800));
        let error = links(&[("QAOPS_LINK_SECONDS", "an hour")]).unwrap_err();
        assert_eq!(error.to_string(), "the setting QAOPS_LINK_SECONDS is not what it should be");
    }

    #[test]
    fn the_address_of_a_site_has_no_slash_at_its_end() {
        let site = links(&[("QAOPS_REPORT_URL", "https://reports.example/qa/ ")]).unwrap().site;
        assert_eq!(site.as_deref(), Some("https://reports.example/qa"));
        assert_eq!(links(&[]).unwrap().site, None);
    }
}
