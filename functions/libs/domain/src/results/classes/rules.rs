//! How messages begin that are no failures of the product.

/// A message that begins so and goes on, in its first line, with a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    begins: &'static str,
    /// Empty where the beginning says enough.
    has: &'static str,
}

impl Rule {
    pub(super) fn is_of(self, message: &str) -> bool {
        let line = message.lines().next().unwrap_or("");
        line.strip_prefix(self.begins).is_some_and(|rest| rest.contains(self.has))
    }
}

const fn begins(begins: &'static str) -> Rule {
    Rule { begins, has: "" }
}

const fn with(begins: &'static str, has: &'static str) -> Rule {
    Rule { begins, has }
}

/// Failures of what the tests ran on. Robot Framework writes an exception's type before its message unless it is a
/// general one, so that no assertion of a test begins like these.
pub(super) const ENVIRONMENT: &[Rule] = &[
    // A signal ends Robot Framework: the instance goes, or the run's time is over.
    begins("Execution terminated by signal"),
    // The system has no disk or memory left.
    begins("OSError: [Errno 28] No space left on device"),
    begins("OSError: [Errno 122] Disk quota exceeded"),
    begins("OSError: [WinError 112]"),
    begins("OSError: [Errno 12] Cannot allocate memory"),
    // Selenium and Appium: there is no driver or browser, or it does not start.
    begins("NoSuchDriverException: Message: Unable to obtain driver for"),
    begins("SessionNotCreatedException: Message: "),
    with("WebDriverException: Message: '", "executable needs to be in PATH"),
    with("WebDriverException: Message: '", "executable may have wrong permissions"),
    begins("WebDriverException: Message: unknown error: cannot find Chrome binary"),
    begins("WebDriverException: Message: unknown error: Chrome failed to start"),
    begins("WebDriverException: Message: unknown error: DevToolsActivePort file doesn't exist"),
    begins("WebDriverException: Message: chrome not reachable"),
    begins("WebDriverException: Message: unknown error: net::ERR_INTERNET_DISCONNECTED"),
    // The browser or the driver ended in the middle. Drivers speak through urllib3 itself, and libraries for the
    // product's own interface do not: what those cannot reach is the product's failure.
    begins("InvalidSessionIdException: Message: invalid session id: session deleted as the browser has closed"),
    with("MaxRetryError: HTTPConnectionPool(host='localhost'", "Max retries exceeded with url: /session"),
    with("MaxRetryError: HTTPConnectionPool(host='127.0.0.1'", "Max retries exceeded with url: /session"),
    // Playwright: there is no browser, or its process does not answer.
    begins("Error: browserType.launch: "),
    begins("Could not connect to the playwright process at port"),
    with("Error: page.goto: ", "net::ERR_INTERNET_DISCONNECTED"),
];

/// Failures of the tests themselves: their own timeouts, and code that Robot Framework cannot run.
pub(super) const TEST: &[Rule] = &[
    with("Test timeout ", " exceeded."),
    with("Task timeout ", " exceeded."),
    with("Keyword timeout ", " exceeded."),
    with("No keyword with name '", "' found."),
    with("Multiple keywords with name '", "' found."),
    with("Variable '", "' not found."),
    with("Environment variable '", "' not found."),
    with("Keyword '", " argument, got "),
    with("Keyword '", " arguments, got "),
    with("Keyword '", "' got unexpected named argument "),
    with("Keyword '", "' got multiple values for argument "),
    with("Keyword '", "' missing value for argument "),
    with("Importing library '", "' failed:"),
    with("Resource file '", "' does not exist."),
    with("Variable file '", "' does not exist."),
    begins("Keyword with same name defined multiple times."),
    begins("Test contains no keywords."),
    begins("Test case contains no keywords."),
    begins("Test cannot be empty."),
    begins("User keyword cannot be empty."),
    begins("User keyword contains no keywords."),
    begins("Invalid argument specification: "),
    begins("Non-existing setting '"),
    begins("Non-existing option '"),
    // These tests did not run: Robot Framework was told to stop at an earlier failure.
    begins("Test execution stopped due to a fatal error."),
    begins("Failure occurred and exit-on-failure mode is in use."),
    begins("Error occurred and exit-on-error mode is in use."),
];
