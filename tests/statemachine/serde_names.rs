//! The names that serde gives to fields and variants, as far as our types use its attributes.

use syn::{Attribute, Lit};

/// How a type's attributes rename what is in it.
pub(crate) struct Style {
    rename_all: Option<String>,
}

impl Style {
    /// The style that a type's attributes set.
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        Self { rename_all: text_of(attributes, "rename_all") }
    }

    /// Name of a field; Rust's own names are in snake case.
    pub(crate) fn field(&self, name: &str, attributes: &[Attribute]) -> String {
        let styled = || match self.rename_all.as_deref() {
            Some("camelCase") => camel(name),
            _ => name.to_owned(),
        };
        text_of(attributes, "rename").unwrap_or_else(styled)
    }

    /// Name of a variant; Rust's own names are in Pascal case.
    pub(crate) fn variant(&self, name: &str, attributes: &[Attribute]) -> String {
        let styled = || match self.rename_all.as_deref() {
            Some("snake_case") => snake(name),
            Some("lowercase") => name.to_lowercase(),
            Some("UPPERCASE") => name.to_uppercase(),
            _ => name.to_owned(),
        };
        text_of(attributes, "rename").unwrap_or_else(styled)
    }
}

/// Text of `#[serde(key = "text")]`.
pub(crate) fn text_of(attributes: &[Attribute], key: &str) -> Option<String> {
    let mut found = None;
    each(attributes, &mut |name, text| {
        if name == key && text.is_some() {
            found = text;
        }
    });
    found
}

/// Whether `#[serde(key)]` or `#[serde(key = …)]` is there.
pub(crate) fn is_set(attributes: &[Attribute], key: &str) -> bool {
    let mut found = false;
    each(attributes, &mut |name, _| found |= name == key);
    found
}

fn each(attributes: &[Attribute], tell: &mut dyn FnMut(&str, Option<String>)) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // What does not parse is not ours to judge: the compiler does.
        let _ = attribute.parse_nested_meta(|meta| {
            let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let text = match meta.value().and_then(syn::parse::ParseBuffer::parse::<Lit>) {
                Ok(Lit::Str(text)) => Some(text.value()),
                _ => None,
            };
            tell(&name, text);
            Ok(())
        });
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let head = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &head.into_iter().chain(letters).collect::<String>()
    })
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
