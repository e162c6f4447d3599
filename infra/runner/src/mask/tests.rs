use proptest::prelude::*;

use super::*;

/// Reads in pieces of the given sizes, one after another and from the start again.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: &'a [usize],
    at: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.at % self.sizes.len()].min(self.bytes.len()).min(buffer.len());
        self.at += 1;
        buffer[..size].copy_from_slice(&self.bytes[..size]);
        self.bytes = &self.bytes[size..];
        Ok(size)
    }
}

fn masked(secret: &str, text: &str) -> String {
    Masker::new([secret]).text(text)
}

#[test]
fn a_secret_is_masked_in_every_form_of_it() {
    let secret = "a<b>&\"c'\\d e";
    let text = format!(
        "plain {secret} json {} text {} attribute {} percent {}",
        json(secret),
        xml_text(secret),
        xml_attribute(secret),
        percent(secret)
    );
    assert_eq!(masked(secret, &text), "plain *** json *** text *** attribute *** percent ***");
}

#[test]
fn every_line_of_a_secret_of_several_lines_is_masked() {
    let text = masked("-----BEGIN-----\nabcdefgh\nij\n", "first -----BEGIN----- then abcdefgh then ij");
    assert_eq!(text, "first *** then *** then ij");
}

#[test]
fn secrets_that_overlap_are_masked_as_one() {
    assert_eq!(Masker::new(["abcdef", "defghi", "abcd"]).text("xabcdefghiy abcdx"), "x***y ***x");
}

#[test]
fn without_secrets_nothing_changes() {
    let masker = Masker::new([]);
    assert!(masker.is_empty());
    assert_eq!(masker.text("a *** b"), "a *** b");
}

fn masked_output(secret: &str, xml: &str) -> String {
    let mut out = Vec::new();
    Masker::new([secret]).copy_output(&mut xml.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_secret_that_is_a_word_of_the_format_is_masked_in_texts_only() {
    let xml = r#"<?xml version="1.0"?><suite id="s1" name="the name" source="/name/a.robot"><test id="s1-t1" name="my name" line="3">
<kw name="Log" owner="name"><arg>name</arg><status status="PASS" start="2026-01-01T00:00:00">2026 PASS name</status></kw></test></suite>"#;
    let expected = r#"<?xml version="1.0"?><suite id="s1" name="the name" source="/name/a.robot"><test id="s1-t1" name="my ***" line="3">
<kw name="Log" owner="***"><arg>***</arg><status status="PASS" start="2026-01-01T00:00:00">2026 PASS ***</status></kw></test></suite>"#;
    assert_eq!(masked_output("name", xml), expected);
    assert_eq!(masked_output("2026", xml), xml.replace(">2026 ", ">*** "));
    assert_eq!(masked_output("PASS", xml), xml.replace(" PASS ", " *** "));
}

#[test]
fn a_file_that_ends_in_its_middle_is_masked_up_to_there() {
    assert_eq!(masked_output("secret", "<msg time=\"1\">the secret and sec"), "<msg time=\"1\">the *** and sec");
    assert_eq!(masked_output("secret", "<kw name=\"the secret is"), "<kw name=\"the *** is");
}

proptest! {
    #[test]
    fn no_text_of_an_output_keeps_a_secret_however_large_it_is(
        secret in "[ab<&\"']{4,9}",
        texts in prop::collection::vec("[abc<&\" ]{0,12}", 1..30),
        filler in 0_usize..600_000,
    ) {
        let mut xml = format!("<robot><msg>{}", "c".repeat(filler));
        for text in &texts {
            let (attribute, content) = (xml_attribute(&format!("{text}{secret}")), xml_text(&format!("{secret}{text}")));
            xml += &format!("<kw name=\"{attribute}\" type=\"SETUP\"><arg>{content}</arg></kw>");
        }
        let out = masked_output(&secret, &xml);
        // A quotation mark of the format and a text after it are no secret that begins with one.
        let texts_only = out.replace("name=\"", "name=");
        prop_assert!(!texts_only.contains(&xml_text(&secret)) && !texts_only.contains(&xml_attribute(&secret)));
        prop_assert_eq!(out.matches("<kw name=\"").count(), texts.len());
        prop_assert_eq!(out.matches(" type=\"SETUP\"><arg>").count(), texts.len());
    }

    #[test]
    fn a_secret_never_survives_however_the_stream_is_cut(
        secrets in prop::collection::vec("[ab<&\"]{4,12}", 1..4),
        words in prop::collection::vec("[abc<&\" ]{0,9}", 1..40),
        order in prop::collection::vec(0_usize..8, 1..40),
        // Beyond one window, so that secrets lie over the borders of windows too.
        filler in 0_usize..600_000,
        sizes in prop::collection::vec(1_usize..70_000, 1..6),
    ) {
        let mut text = "c".repeat(filler);
        for (word, pick) in words.iter().zip(order.iter().cycle()) {
            text += word;
            text += secrets.get(*pick).map_or("", String::as_str);
        }
        let mut out = Vec::new();
        let masker = Masker::new(secrets.iter().map(String::as_str));
        masker.copy(&mut Pieces { bytes: text.as_bytes(), sizes: &sizes, at: 0 }, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        for secret in &secrets {
            prop_assert!(!out.contains(secret.as_str()), "{secret:?} in {:?}", &out[filler.min(out.len())..]);
        }
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is(text in "[a-y <>&\n]{0,400}") {
        prop_assert_eq!(masked("zzzz", &text), text);
    }
}
