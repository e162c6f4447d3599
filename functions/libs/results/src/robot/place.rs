//! Where the parts of a tree stand in its file, so that they can be copied without being understood.

/// From the first byte to behind the last one, of the file after decompression and as UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// Before or after the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Setup,
    Teardown,
}

/// Where a test stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestPlace {
    /// The start tag.
    pub(crate) tag: Span,
    /// The last `status` of the test itself, if it has one.
    pub(crate) status: Option<Span>,
    /// The end tag; empty if the start tag ends the element.
    pub(crate) end: Span,
}

/// Where the parts of a suite stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// Keywords run before the tests.
    pub(crate) setup: Vec<Span>,
    /// Keywords run after the tests.
    pub(crate) teardown: Vec<Span>,
    /// Whether the setup failed.
    pub(crate) setup_failed: bool,
    /// Whether the teardown failed.
    pub(crate) teardown_failed: bool,
    /// In the order of the suites.
    pub(crate) suites: Vec<Place>,
    /// In the order of the tests.
    pub(crate) tests: Vec<TestPlace>,
}
