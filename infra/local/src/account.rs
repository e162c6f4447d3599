//! The account that the local cloud plays.

/// Account and region of the local cloud.
pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const REGION: &str = "us-east-1";
/// Unique id of the instances' role.
pub(crate) const ROLE_ID: &str = "AROALOCALQAOPSROLE000";
/// Beginning of every resource's name.
pub(crate) const NAME: &str = "qaops";
