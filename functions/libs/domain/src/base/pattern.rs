//! Patterns of names: `*` stands for any text, `?` for one character.

use wildmatch::WildMatch;

use crate::base::validate::normal_tag;

/// A pattern, compared without case. The code that makes it decides what else is ignored.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(WildMatch);

impl Pattern {
    /// A pattern of texts that are compared without case.
    pub(crate) fn plain(text: &str) -> Self {
        Self(WildMatch::new(&text.to_lowercase()))
    }

    /// A pattern of names that are compared as Robot Framework compares names: without case, spaces and `_`.
    pub(crate) fn robot(text: &str) -> Self {
        Self(WildMatch::new(&normal_tag(text)))
    }

    /// True if the pattern is of this text, whose letters are small already.
    pub(crate) fn is_of(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_of_whole_names() {
        let cases = [
            ("Shop.*", "shop.cart.add", true),
            ("Shop.*", "shop", false),
            ("*cart*", "shop.cart.add", true),
            ("shop.cart.ad?", "shop.cart.add", true),
            ("shop.cart.ad?", "shop.cart.ad", false),
            ("[ab]", "a", false),
            ("*", "", true),
        ];
        for (pattern, text, of) in cases {
            assert_eq!(Pattern::plain(pattern).is_of(text), of, "{pattern} {text}");
        }
        assert!(Pattern::robot("Two_ Words*").is_of("twowordsmore"));
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        let pattern = Pattern::plain(&"a*".repeat(60));
        assert!(!pattern.is_of(&"a".repeat(50)));
        assert!(pattern.is_of(&"a".repeat(5000)));
    }
}
