//! The extra fields of an entry of a zip.

/// Content of the extra field with this tag.
pub(super) fn field(mut extra: &[u8], tag: u16) -> Option<&[u8]> {
    while let Some((head, rest)) = extra.split_first_chunk::<4>() {
        let [found, length] = [[head[0], head[1]], [head[2], head[3]]].map(u16::from_le_bytes);
        let field = rest.get(..length.into())?;
        if found == tag {
            return Some(field);
        }
        extra = &rest[field.len()..];
    }
    None
}
