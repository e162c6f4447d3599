//! Requests that the local cloud's administrator signs: it answers nobody else, as AWS does.

use aws::provision::Unsigned;
use form_urlencoded::Serializer;
use local::cloud::LocalCloud;
use ureq::http::{HeaderName, Request, Response};

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

    /// Sends a request to a service whose requests are forms; it must succeed.
    pub(crate) fn form(&self, fields: &[(&str, &str)]) {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        let answer = self.send(request.body(form.into_bytes()).expect("a request is one"));
        assert!(answer.status().is_success(), "{fields:?}: {answer:?}");
    }

    fn sign(&self, request: &mut Request<Vec<u8>>, address: &str) {
        let method = request.method().to_string();
        let unsigned =
            Unsigned { service: self.name, region: self.region, method: &method, address, body: request.body() };
        for (name, value) in unsigned.signature().expect("it can be signed") {
            let name: HeaderName = name.parse().expect("it names a header");
            request.headers_mut().insert(name, value.parse().expect("it is a header's value"));
        }
    }
}
