//! Large files in parts: what fails is one part, and it alone is sent again.
//!
//! A writer that is killed in between leaves parts that nobody sees; the bucket's rule for broken uploads removes them.

use std::ops::Range;
use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};

use super::{content_type, patience};
use crate::error::failed;
use crate::{Error, Kind};

/// Bytes from which a file is sent in parts, and bytes of a part.
pub(super) const PART: u64 = 16 << 20;

/// Parts that an object may have (S3's user guide, "multipart upload limits").
const MOST_PARTS: u64 = 10_000;

/// How often a part is sent at most, beyond the SDK's own tries.
const MOST_READS: u32 = 3;

/// Where an upload goes.
struct Upload<'a> {
    client: &'a Client,
    bucket: &'a str,
    key: &'a str,
    id: String,
}

/// Writes `size` bytes of a file.
pub(super) async fn write(client: &Client, bucket: &str, key: &str, path: &Path, size: u64) -> Result<(), Error> {
    let what = || format!("upload {} as {key} in parts", path.display());
    let begin = client.create_multipart_upload().bucket(bucket).key(key).set_content_type(content_type(key));
    let begun = begin.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await.map_err(failed(what()))?;
    let id = begun.upload_id.ok_or_else(|| Error::unexpected(what(), "the upload has no id"))?;
    let upload = Upload { client, bucket, key, id };
    let mut parts = Vec::new();
    for (number, range) in (1..).zip(ranges(size)) {
        parts.push(upload.part(path, number, &range).await?);
    }
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let end = client.complete_multipart_upload().bucket(bucket).key(key).upload_id(upload.id).multipart_upload(parts);
    end.send().await.map(drop).map_err(failed(what()))
}

impl Upload<'_> {
    /// Sends a part, and again where that may help.
    async fn part(&self, path: &Path, number: i32, range: &Range<u64>) -> Result<CompletedPart, Error> {
        let mut tried = 1;
        loop {
            match self.send(path, number, range).await {
                Err(error) if error.kind == Kind::Unavailable && tried < MOST_READS => tried += 1,
                done => return done,
            }
        }
    }

    async fn send(&self, path: &Path, number: i32, range: &Range<u64>) -> Result<CompletedPart, Error> {
        let what = || format!("upload part {number} of {}", self.key);
        let length = range.end - range.start;
        let body = ByteStream::read_from().path(path).offset(range.start).length(Length::Exact(length)).build().await;
        let body = body.map_err(|error| Error::unexpected(what(), error))?;
        let part = self.client.upload_part().bucket(self.bucket).key(self.key).upload_id(&self.id).part_number(number);
        let part = part.checksum_algorithm(ChecksumAlgorithm::Crc32).body(body);
        let sent = part.customize().config_override(patience(length)).send().await.map_err(failed(what()))?;
        let done = CompletedPart::builder().part_number(number);
        Ok(done.set_e_tag(sent.e_tag).set_checksum_crc32(sent.checksum_crc32).build())
    }
}

/// Ranges of bytes of a file's parts, all of one length but the last.
fn ranges(size: u64) -> impl Iterator<Item = Range<u64>> {
    let part = PART.max(size.div_ceil(MOST_PARTS));
    (0..size.div_ceil(part)).map(move |number| number * part..size.min((number + 1) * part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_file_once_and_are_never_too_many() {
        for size in [1, PART - 1, PART, PART + 1, 40 << 20, MOST_PARTS * PART, MOST_PARTS * PART + 1, 5 << 40] {
            let mut end = 0;
            let mut count = 0;
            for range in ranges(size) {
                assert!(range.start == end && range.end > end, "{size}: {range:?}");
                end = range.end;
                count += 1;
            }
            assert!(end == size && count <= MOST_PARTS, "{size}: {end}, {count}");
        }
    }
}
