//! Signatures of requests to services that no client here is for, or to whose raw answers tests look.

use std::time::SystemTime;

use aws_sdk_s3::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

use crate::Error;

/// A request to a service of the local cloud.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned<'a> {
    /// Service, as signatures name it: `dynamodb`.
    pub service: &'a str,
    /// Region of the service.
    pub region: &'a str,
    /// Method.
    pub method: &'a str,
    /// Whole address.
    pub address: &'a str,
    /// Body.
    pub body: &'a [u8],
}

impl Unsigned<'_> {
    /// Headers by which the local cloud knows its administrator.
    pub fn signature(&self) -> Result<Vec<(String, String)>, Error> {
        let what = || format!("sign a request to {}", self.service);
        let identity = Credentials::new("local", "local", None, None, "local").into();
        let params = SigningParams::builder().identity(&identity).region(self.region).name(self.service);
        let params = params.time(SystemTime::now()).settings(SigningSettings::default()).build();
        let params = params.map_err(|error| Error::unexpected(what(), error))?.into();
        let body = SignableBody::Bytes(self.body);
        let request = SignableRequest::new(self.method, self.address, std::iter::empty(), body);
        let signed =
            request.and_then(|request| sign(request, &params)).map_err(|error| Error::unexpected(what(), error))?;
        let (headers, _) = signed.into_parts().0.into_parts();
        Ok(headers.into_iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect())
    }
}
