//! Secrets of a package in a local run: the local cloud has no parameter until someone stores it there.

use std::collections::BTreeMap;
use std::ffi::OsString;

use domain::base::problem::Problem;

/// A secret of a package and where this machine has its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its name in `robot.secrets`.
    pub name: String,
    /// Environment variable with the value.
    pub variable: String,
}

impl Secret {
    /// Reads `NAME`, whose value is in the environment variable `NAME`, or `NAME=VARIABLE`. A value has no place on a command
    /// line: other users of the machine see it there.
    pub fn read(text: &str) -> Result<Self, String> {
        let (name, variable) = text.split_once('=').unwrap_or((text, text));
        match name.is_empty() || variable.is_empty() {
            true => Err("write NAME, or NAME=ENVIRONMENT_VARIABLE".to_owned()),
            false => Ok(Self { name: name.to_owned(), variable: variable.to_owned() }),
        }
    }
}

/// Values by the names of SSM parameters. `wanted` has the parameters by the names of secrets, as `robot.secrets` does. Each
/// of them must have a value, and no other.
pub(crate) fn values(
    wanted: &BTreeMap<String, String>,
    given: &[Secret],
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<BTreeMap<String, String>, Problem> {
    if let Some(other) = given.iter().find(|secret| !wanted.contains_key(&secret.name)) {
        let what = "qaops.toml has no secret of this name";
        return Err(Problem::new(format!("--secret {}", other.name), what, "name one of robot.secrets"));
    }
    let value = |(name, parameter): (&String, &String)| {
        let Some(secret) = given.iter().rev().find(|secret| secret.name == *name) else { return Err(not_given(name)) };
        let place = format!("--secret {name}");
        match variable(&secret.variable).map(OsString::into_string) {
            Some(Ok(value)) => Ok((parameter.clone(), value)),
            Some(Err(_)) => {
                Err(Problem::new(place, format!("the environment variable {} is no UTF-8", secret.variable), ""))
            }
            None => {
                let what = format!("there is no environment variable {}", secret.variable);
                Err(Problem::new(place, what, "set it to the value of the secret"))
            }
        }
    };
    wanted.iter().map(value).collect()
}

fn not_given(name: &str) -> Problem {
    let help = format!("set an environment variable to the value and name it: --secret {name}=VARIABLE");
    Problem::new(format!("qaops.toml: robot.secrets.{name}"), "the local cloud has no value for this secret", help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(given: &[&str]) -> String {
        let wanted = [("PASSWORD", "/shop/password")].map(|(name, of)| (name.to_owned(), of.to_owned())).into();
        let given: Vec<Secret> = given.iter().map(|text| Secret::read(text).unwrap()).collect();
        let variable = |name: &str| ["PASSWORD", "PW"].contains(&name).then(|| format!("value of {name}").into());
        match values(&wanted, &given, variable) {
            Ok(values) => format!("{values:?}"),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn a_value_comes_from_an_environment_variable() {
        assert_eq!(told(&["PASSWORD"]), "{\"/shop/password\": \"value of PASSWORD\"}");
        assert_eq!(told(&["PASSWORD=PW"]), "{\"/shop/password\": \"value of PW\"}");
        assert_eq!(told(&["PASSWORD", "PASSWORD=PW"]), "{\"/shop/password\": \"value of PW\"}");
    }

    #[test]
    fn what_is_missing_or_too_many_is_told_before_the_run() {
        let told = [told(&[]), told(&["PASSWORD=GONE"]), told(&["PASSWORD", "TOKEN"])];
        insta::assert_snapshot!(told.join("\n"), @"
        qaops.toml: robot.secrets.PASSWORD: the local cloud has no value for this secret, set an environment variable to the value and name it: --secret PASSWORD=VARIABLE
        --secret PASSWORD: there is no environment variable GONE, set it to the value of the secret
        --secret TOKEN: qaops.toml has no secret of this name, name one of robot.secrets
        ");
        assert!(Secret::read("=X").is_err() && Secret::read("X=").is_err());
    }
}
