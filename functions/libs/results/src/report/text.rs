//! Texts from outside, made fit to be shown.

/// Characters of a message that are shown.
const MOST_TEXT: usize = 8_000;

/// A message as plain text of a bearable length.
pub(super) fn plain(message: &str) -> String {
    let text = match message.strip_prefix("*HTML*") {
        Some(html) => without_markup(html.trim_start()),
        None => message.to_owned(),
    };
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}\n… and {} characters more", &text[..end], text[end..].chars().count()),
        None => text,
    }
}

/// The text of a bit of HTML, with line breaks where it has them.
fn without_markup(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, behind) = after.split_once('>').unwrap_or((after, ""));
        let name = tag.trim_matches('/').split_whitespace().next().unwrap_or_default().to_lowercase();
        if matches!(name.as_str(), "br" | "hr" | "p" | "div" | "li" | "tr") && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = behind;
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.trim().to_owned()
}

/// A path that a link may lead to: nothing that could run a script.
pub(super) fn link(path: &str) -> &str {
    let scheme = path.split(['/', '?', '#']).next().unwrap_or_default();
    let safe = !scheme.contains(':') || path.starts_with("https://") || path.starts_with("http://");
    if safe { path } else { "#" }
}

/// A long name as those of its suites, with the last dot, and that of the test, for the eye only: names may have dots.
pub(super) fn split(name: &str) -> (&str, &str) {
    let mut dots = name.rmatch_indices('.').map(|(at, _)| at + 1);
    let begins = |at: &usize| name[*at..].starts_with(|c: char| c.is_alphabetic());
    name.split_at(dots.find(begins).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_of_messages_becomes_their_text() {
        assert_eq!(plain("*HTML* <b>a</b><br>b &lt; c<script>x()</script>"), "a\nb < cx()");
        assert_eq!(plain("<b>a</b>"), "<b>a</b>");
    }

    #[test]
    fn long_messages_say_how_much_is_left_out() {
        assert_eq!(plain(&"ä".repeat(8_000)), "ä".repeat(8_000));
        assert!(plain(&"ä".repeat(8_003)).ends_with("ä\n… and 3 characters more"));
    }

    #[test]
    fn links_lead_to_files_and_pages_only() {
        for good in ["log.html#s1-t1", "a/b:c/log.html", "https://example.org/x"] {
            assert_eq!(link(good), good);
        }
        for bad in ["javascript:alert(1)", "data:text/html,x", "file:///x"] {
            assert_eq!(link(bad), "#");
        }
    }

    #[test]
    fn names_are_split_before_the_test() {
        assert_eq!(split("Shop.Cart.Is Empty"), ("Shop.Cart.", "Is Empty"));
        assert_eq!(split("Shop.Reads v1.2"), ("Shop.", "Reads v1.2"));
        assert_eq!(split("Ends."), ("", "Ends."));
    }
}
