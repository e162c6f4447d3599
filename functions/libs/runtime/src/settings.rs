//! Settings of a function, read once from pairs so that tests never touch the environment.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

/// Settings by name.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pairs: BTreeMap<String, String>,
}

/// A setting that a function cannot do without.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is not there, or empty.
    #[error("the setting {0} is missing: set it in the function's environment")]
    Missing(&'static str),
    /// It is there and not what it should be.
    #[error("the setting {name} is not what it should be")]
    Bad {
        /// Setting's name.
        name: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Settings {
    /// Settings from pairs of name and value.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { pairs: pairs.into_iter().collect() }
    }

    /// Settings of this process.
    pub fn of_process() -> Self {
        Self::new(std::env::vars())
    }

    /// A text.
    pub fn text(&self, name: &'static str) -> Result<String, SettingsError> {
        let text = self.pairs.get(name).filter(|text| !text.trim().is_empty());
        text.cloned().ok_or(SettingsError::Missing(name))
    }

    /// A value as JSON.
    pub fn json<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, SettingsError> {
        serde_json::from_str(&self.text(name)?).map_err(|source| SettingsError::Bad { name, source })
    }

    /// A value as JSON, or `default` where the setting is missing or empty.
    pub fn json_or<T: DeserializeOwned>(&self, name: &'static str, default: T) -> Result<T, SettingsError> {
        if self.text(name).is_err() { Ok(default) } else { self.json(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_setting_is_named() {
        let settings = Settings::new([("QAOPS_TABLE".to_owned(), " ".to_owned())]);
        let error = settings.text("QAOPS_TABLE").unwrap_err().to_string();
        assert_eq!(error, "the setting QAOPS_TABLE is missing: set it in the function's environment");
    }
}
