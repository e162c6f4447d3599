//! What can go wrong with a call to AWS.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// Whether a call is worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Throttled, timed out or out of order: the same call may succeed later. What it did is unknown.
    Unavailable,
    /// Refused as it is: the same call will be refused again.
    Refused,
}

/// A call to AWS that failed after the SDK's own retries.
#[derive(Debug, thiserror::Error)]
#[error("failed to {what}")]
pub struct Error {
    /// What was attempted, as a fragment after "failed to".
    pub what: String,
    /// Whether it is worth another try.
    pub kind: Kind,
    /// AWS's code for the error, such as `AccessDenied`.
    pub code: Option<String>,
    /// Whether the body of an answer broke off, so that reading it once more may succeed.
    pub(crate) body_broke_off: bool,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Codes of throttling and passing trouble, of all services used here.
const PASSING: [&str; 16] = [
    "ConditionalRequestConflict",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

impl Error {
    /// An answer of AWS that makes no sense, or a value that does not fit what was asked for.
    pub(crate) fn unexpected(
        what: impl Into<String>,
        why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { what: what.into(), kind: Kind::Refused, code: None, body_broke_off: false, source: why.into() }
    }

    /// A conflict that another try may not meet again.
    pub(crate) fn busy(what: impl Into<String>, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Unavailable, ..Self::unexpected(what, why) }
    }

    pub(crate) fn with_code(self, code: &str) -> Self {
        Self { code: Some(code.to_owned()), ..self }
    }

    /// The body of an answer that broke off.
    pub(crate) fn broken_body(
        what: impl Into<String>,
        why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { body_broke_off: true, ..Self::busy(what, why) }
    }

    /// Whether AWS gave one of these codes.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// The reason's name for the state machine: `Unavailable` or `Refused`.
    pub fn reason(&self) -> &'static str {
        match self.kind {
            Kind::Unavailable => "Unavailable",
            Kind::Refused => "Refused",
        }
    }
}

/// Turns an error of the SDK into ours; `what` is a fragment after "failed to".
pub(crate) fn failed<E>(what: impl Into<String>) -> impl FnOnce(SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |source| {
        let code = source.code().map(str::to_owned);
        let kind = kind(&source, code.as_deref());
        // The answer to a HEAD has no body, so its status is all that tells why.
        let source = match source.raw_response().map(|answer| answer.status().as_u16()) {
            Some(status) if code.is_none() => format!("AWS answered {status} and did not say why").into(),
            _ => source.into(),
        };
        Error { what: what.into(), kind, code, body_broke_off: false, source }
    }
}

fn kind<E>(source: &SdkError<E, HttpResponse>, code: Option<&str>) -> Kind {
    let passing = match source {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(error) => {
            error.raw().status().is_server_error() || code.is_some_and(|code| PASSING.contains(&code))
        }
        _ => false,
    };
    if passing { Kind::Unavailable } else { Kind::Refused }
}
