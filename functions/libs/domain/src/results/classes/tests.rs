use super::*;

/// Messages as Robot Framework 7.5 with SeleniumLibrary 6.9 and AppiumLibrary 3.2, and older ones of its users, wrote
/// them.
const MESSAGES: [(Class, &str); 44] = [
    (Class::Environment, "Execution terminated by signal"),
    (Class::Environment, "OSError: [Errno 28] No space left on device"),
    (Class::Environment, "OSError: [Errno 28] No space left on device: '/var/shots/1.png'"),
    (Class::Environment, "OSError: [Errno 12] Cannot allocate memory"),
    (Class::Environment, "NoSuchDriverException: Message: Unable to obtain driver for chrome; For documentation"),
    (
        Class::Environment,
        "SessionNotCreatedException: Message: session not created: Chrome instance exited.\nStacktrace:\n#0 0x1",
    ),
    (
        Class::Environment,
        "SessionNotCreatedException: Message: session not created\nfrom unknown error: no chrome binary at /opt/chrome; For",
    ),
    (Class::Environment, "WebDriverException: Message: 'chromedriver' executable needs to be in PATH. Please see"),
    (Class::Environment, "WebDriverException: Message: chrome not reachable\n  (Session info: chrome=90)"),
    (
        Class::Environment,
        "InvalidSessionIdException: Message: invalid session id: session deleted as the browser has closed the connection",
    ),
    (
        Class::Environment,
        "MaxRetryError: HTTPConnectionPool(host='localhost', port=46989): Max retries exceeded with url: /session/d83797d2/url",
    ),
    (
        Class::Environment,
        "MaxRetryError: HTTPConnectionPool(host='127.0.0.1', port=9): Max retries exceeded with url: /session",
    ),
    (Class::Environment, "Error: browserType.launch: Executable doesn't exist at /opt/chrome"),
    (Class::Environment, "Setup failed:\nSessionNotCreatedException: Message: session not created"),
    (Class::Environment, "Parent suite setup failed:\nOSError: [Errno 28] No space left on device"),
    (Class::Environment, "*HTML* Setup failed:\nCould not connect to the playwright process at port 55957"),
    (Class::Environment, "OSError: [Errno 28] No space left on device\n\nAlso teardown failed:\n1 != 2"),
    (
        Class::Environment,
        "Several failures occurred:\n\n1) Execution terminated by signal\n\n2) OSError: [Errno 28] No space left on device",
    ),
    (Class::Test, "Setup failed:\n1 != 2"),
    (Class::Test, "Parent suite setup failed:\nNo keyword with name 'Open Shop' found."),
    (Class::Test, "Teardown failed:\nNo browser is open."),
    (Class::Test, "Test timeout 5 seconds exceeded."),
    (Class::Test, "Test timeout 100 milliseconds exceeded.\n\nAlso teardown failed:\nNo browser is open."),
    (Class::Test, "Keyword timeout 100 milliseconds exceeded."),
    (Class::Test, "No keyword with name 'dummykw' found."),
    (Class::Test, "Variable '${BASE}' not found. Did you mean:\n    ${CASE}"),
    (Class::Test, "Keyword 'BuiltIn.Log' expected 1 to 6 arguments, got 0."),
    (Class::Test, "Keyword 'Pay' got unexpected named argument 'card'."),
    (Class::Test, "Resource file 'nope.resource' does not exist."),
    (Class::Test, "Importing library 'Nope' failed: ModuleNotFoundError: No module named 'Nope'"),
    (Class::Test, "Test execution stopped due to a fatal error."),
    (
        Class::Test,
        "Several failures occurred:\n\n1) Keyword timeout 1 second exceeded.\n\n2) OSError: [Errno 28] No space left on device",
    ),
    (Class::Product, "1 != 2"),
    (Class::Product, ""),
    (Class::Product, "Element 'css:#pay' did not appear in 5 seconds"),
    (Class::Product, "1 != 2\n\nAlso teardown failed:\nOSError: [Errno 28] No space left on device"),
    (Class::Product, "Several failures occurred:\n\n1) OSError: [Errno 28] No space left on device\n\n2) a != b"),
    (Class::Product, "'OSError: [Errno 28] No space left on device' should not be in the log"),
    (Class::Product, "The server said:\nOSError: [Errno 28] No space left on device"),
    (Class::Product, "HTTPError: 500 Server Error: No space left on device for url: http://localhost/"),
    (
        Class::Product,
        "ConnectionError: HTTPConnectionPool(host='localhost', port=8000): Max retries exceeded with url: /session/new",
    ),
    (Class::Product, "WebDriverException: Message: unknown error: net::ERR_CONNECTION_REFUSED"),
    (Class::Product, "Keyword 'Pay' failed after retrying 3 times. The last error was: 402 != 200"),
    (Class::Product, "Keyword 'Pay' failed after retrying 3 times. The last error was: the argument is wrong"),
];

#[test]
fn messages_tell_what_failed() {
    for (class, message) in MESSAGES {
        assert_eq!(classify(message), class, "{message}");
    }
}

#[test]
fn a_class_is_one_word() {
    let words = [Class::Product, Class::Test, Class::Environment].map(|class| serde_json::to_string(&class).unwrap());
    assert_eq!(words, ["\"product\"", "\"test\"", "\"environment\""]);
}
