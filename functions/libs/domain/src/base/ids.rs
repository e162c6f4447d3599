//! Ids of runs and of what belongs to them. Each is a type, so that swapped arguments do not compile:
//!
//! ```
//! use domain::base::ids::{Attempt, InstanceId, RunId};
//! use domain::run::keys::order;
//!
//! let (run, attempt) = (RunId::from("nightly-1"), Attempt { shard: "0001".into(), number: 1 });
//! order(&run, &attempt);
//! ```
//!
//! ```compile_fail,E0308
//! # use domain::base::ids::{Attempt, InstanceId, RunId};
//! # use domain::run::keys::order;
//! # let attempt = Attempt { shard: "0001".into(), number: 1 };
//! let instance = InstanceId::from("i-0123456789abcdef0");
//! order(&instance, &attempt);
//! ```

use crate::base::time::Time;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> Self {
                id.0.clone()
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }
    };
}

id! {
    /// A run: the name of its execution, 1 to 80 letters, digits, `-` and `_`.
    RunId
}

id! {
    /// A shard of a run: `0001`, or `0001r1` for the first rerun of its failed tests.
    ShardId
}

id! {
    /// An EC2 instance: `i-…`.
    InstanceId
}

/// A run, and when it started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRef {
    /// The run.
    pub run: RunId,
    /// When it started.
    pub started: Time,
}

/// An attempt at a shard: `<shard>-<number>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Attempt {
    /// The shard.
    pub shard: ShardId,
    /// From 1.
    pub number: u32,
}

impl std::fmt::Display for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.shard, self.number)
    }
}

impl From<Attempt> for String {
    fn from(attempt: Attempt) -> Self {
        attempt.to_string()
    }
}

/// A text that is not `<shard>-<attempt>`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not <shard>-<attempt>")]
pub struct NotAnAttempt(String);

impl TryFrom<String> for Attempt {
    type Error = NotAnAttempt;

    fn try_from(text: String) -> Result<Self, NotAnAttempt> {
        let parts = text.rsplit_once('-').and_then(|(shard, number)| Some((shard, number.parse().ok()?)));
        match parts {
            Some((shard, number)) if number > 0 => Ok(Self { shard: shard.into(), number }),
            _ => Err(NotAnAttempt(text)),
        }
    }
}
