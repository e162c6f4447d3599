//! Requests that the local cloud's administrator signs: it answers nobody else, as AWS does.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use qaops::cloud::LocalCloud;
use ureq::http::{Request, Response};

/// A service of the local cloud.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    endpoint: String,
    region: &'static str,
    name: &'static str,
}

impl Service {
    /// The service `name`, as signatures write it.
    pub(crate) fn of(cloud: &LocalCloud, name: &'static str) -> Self {
        Self { endpoint: cloud.endpoint(), region: cloud.region(), name }
    }

    /// Sends a request whose address is a path; an answer that tells an error is an answer.
    pub(crate) fn send(&self, mut request: Request<Vec<u8>>) -> Response<ureq::Body> {
        let address = format!("{}{}", self.endpoint, request.uri());
        *request.uri_mut() = address.parse().expect("an address is one");
        self.sign(&mut request, &address);
        let agent = ureq::Agent::new_with_defaults();
        let request = agent.configure_request(request).http_status_as_error(false).build();
        agent.run(request).expect("the local cloud answers")
    }

    fn sign(&self, request: &mut Request<Vec<u8>>, address: &str) {
        let identity = Credentials::new("local", "local", None, None, "tests").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.name)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .expect("every parameter is set");
        let headers =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("it is a text")));
        let body = SignableBody::Bytes(request.body());
        let signable =
            SignableRequest::new(request.method().as_str(), address, headers, body).expect("it can be signed");
        let (signature, _) = sign(signable, &params.into()).expect("it can be signed").into_parts();
        signature.apply_to_request_http1x(request);
    }
}
