//! What stands in the way of instances, by EC2's codes.

/// What stood in the way of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// There is none to be had now: another market, type or subnet may have it.
    Capacity,
    /// The account may not have more: only a person can change that.
    Quota,
    /// A role may not do it: only a person can change that.
    Permission,
    /// A mistake in the request that another try would meet again.
    Mistake,
    /// Something else: a later round may have better luck.
    Other,
}

impl Obstacle {
    /// Reads EC2's code of an error.
    pub fn from_code(code: &str) -> Self {
        match code {
            "InsufficientInstanceCapacity"
            | "InsufficientHostCapacity"
            | "InsufficientReservedInstanceCapacity"
            | "MaxSpotInstanceCountExceeded"
            | "SpotMaxPriceTooLow"
            | "UnfulfillableCapacity"
            | "Unsupported" => Self::Capacity,
            "VcpuLimitExceeded" | "InstanceLimitExceeded" | "MaxIOPSLimitExceeded" | "VolumeLimitExceeded" => {
                Self::Quota
            }
            "UnauthorizedOperation" | "AccessDenied" => Self::Permission,
            _ if code.starts_with("AuthFailure") => Self::Permission,
            _ if code.starts_with("Invalid") || code.starts_with("Missing") => Self::Mistake,
            _ => Self::Other,
        }
    }
}

/// What a person can do about an obstacle or the end of an instance, by the code in AWS's words; a fragment.
pub fn cure(told: &str) -> Option<&'static str> {
    const CURES: [(&str, &str); 3] = [
        (
            "ServiceLinkedRole",
            "the account lacks a role of AWS's own: set service_linked_roles of the Terraform module, or create it",
        ),
        (
            "Client.InternalError",
            "EC2 could not use the key of the volume: let the role of launch use the key of the image",
        ),
        ("resolve:ssm:", "the parameter of the image is not there: build an image, test and promote it"),
    ];
    CURES.iter().find(|(code, _)| told.contains(code)).map(|(_, cure)| *cure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_ec2_are_told_apart() {
        let codes = [
            "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
            "AuthFailure",
            "VcpuLimitExceeded",
            "InvalidAMIID.NotFound",
            "InternalError",
        ];
        let kinds = codes.map(Obstacle::from_code);
        assert_eq!(
            kinds,
            [Obstacle::Permission, Obstacle::Permission, Obstacle::Quota, Obstacle::Mistake, Obstacle::Other]
        );
        assert!(cure("AuthFailure.ServiceLinkedRoleCreationNotPermitted: no").is_some());
        let absent = "InvalidParameterValue: resolve:ssm:/qaops/images/linux/stable is not there";
        assert!(cure(absent).is_some_and(|cure| cure.contains("promote it")));
        assert_eq!(cure("InsufficientInstanceCapacity: none"), None);
    }
}
