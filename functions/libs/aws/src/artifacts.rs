//! The bucket of artifacts: packages, plans, orders, outputs, verdicts.

mod parts;
mod summaries;

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use domain::base::validate::S3Url;
use domain::package::plan::PackageVersion;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

pub use self::summaries::{ShardSummaries, Summaries};
use crate::Error;
use crate::error::failed;
use crate::patience::{through_broken_bodies, through_conflicts};

/// What a try to write a file may take at least, and for each byte: 1 MB a second.
const PATIENCE: Duration = Duration::from_secs(20);
const BYTE: Duration = Duration::from_micros(1);

/// What S3 wants to be encoded in the source of a copy (API reference, CopyObject, `x-amz-copy-source`).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// An object's body as it comes in.
pub type Reader = Box<dyn AsyncBufRead + Send + Unpin>;

/// An object as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion {
    /// Key.
    pub key: String,
    /// Size in bytes.
    pub size: u64,
    /// S3's entity tag.
    pub etag: String,
    /// When it was written, in Unix seconds.
    pub written: i64,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct Artifacts {
    client: Client,
    bucket: String,
}

impl Artifacts {
    pub(crate) fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The current version of a package in any bucket; none when there is no such object.
    pub async fn pin(&self, bucket: &str, key: &str) -> Result<Option<PackageVersion>, Error> {
        let head = self.client.head_object().bucket(bucket).key(key).send().await;
        match head {
            Ok(head) => Ok(Some(PackageVersion {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                version: head.version_id.filter(|version| version != "null"),
                size: head.content_length.unwrap_or_default().try_into().unwrap_or_default(),
                etag: head.e_tag.unwrap_or_default(),
            })),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found()) => Ok(None),
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 403) => {
                let places =
                    "packages lie below suites/ of the deployment's bucket, or in a bucket of source_bucket_arns";
                Err(Error::unexpected(
                    format!("look up s3://{bucket}/{key}"),
                    format!("AWS refuses to read it: {places}"),
                ))
            }
            Err(error) => Err(failed(format!("look up s3://{bucket}/{key}"))(error)),
        }
    }

    /// A range of bytes of a pinned package.
    pub async fn package_range(&self, package: &PackageVersion, range: Range<u64>) -> Result<Vec<u8>, Error> {
        through_broken_bodies(|| self.package_range_once(package, &range)).await
    }

    async fn package_range_once(&self, package: &PackageVersion, range: &Range<u64>) -> Result<Vec<u8>, Error> {
        let what = || format!("read bytes {}..{} of s3://{}/{}", range.start, range.end, package.bucket, package.key);
        let last = range.end.saturating_sub(1);
        let object = self
            .client
            .get_object()
            .bucket(&package.bucket)
            .key(&package.key)
            .set_version_id(package.version.clone())
            .range(format!("bytes={}-{last}", range.start))
            .if_match(&package.etag)
            .send()
            .await
            .map_err(|error| failed(what())(error))?;
        let body = object.body.collect().await.map_err(|error| Error::broken_body(what(), error))?;
        Ok(body.to_vec())
    }

    /// Brings a whole pinned package into a file; its bytes.
    pub async fn fetch_package(&self, package: &PackageVersion, path: &Path) -> Result<u64, Error> {
        through_broken_bodies(|| async { save(self.package(package).await?, &package.key, path).await }).await
    }

    async fn package(&self, package: &PackageVersion) -> Result<Reader, Error> {
        let object = self
            .client
            .get_object()
            .bucket(&package.bucket)
            .key(&package.key)
            .set_version_id(package.version.clone())
            .if_match(&package.etag)
            .send()
            .await
            .map_err(failed(format!("read s3://{}/{}", package.bucket, package.key)))?;
        Ok(Box::new(object.body.into_async_read()))
    }

    /// An object's body as a stream; none when there is no such object.
    pub async fn open(&self, key: &str) -> Result<Option<Reader>, Error> {
        Ok(self.open_in(&self.bucket, key).await?.map(|(reader, _)| reader))
    }

    /// An object's body and its size, which S3 tells before the first byte.
    async fn open_in(&self, bucket: &str, key: &str) -> Result<Option<(Reader, u64)>, Error> {
        match self.client.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => {
                let size = object.content_length.unwrap_or_default().try_into().unwrap_or_default();
                Ok(Some((Box::new(object.body.into_async_read()), size)))
            }
            Err(error) if error.code() == Some("NoSuchKey") => Ok(None),
            Err(error) => Err(failed(format!("read {key}"))(error)),
        }
    }

    /// The error of a body from [`Artifacts::open`] that broke off while it was read: worth another try.
    pub fn broken_off(key: &str, error: std::io::Error) -> Error {
        Error::broken_body(format!("read {key}"), error)
    }

    /// An object's body; none when there is no such object. For small objects only.
    pub async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.read_up_to(key, u64::MAX).await
    }

    /// An object's body, if it has `most` bytes at most; none when there is no such object, too.
    pub async fn read_within(&self, key: &str, most: usize) -> Result<Option<Vec<u8>>, Error> {
        let bytes = self.read_up_to(key, most as u64 + 1).await?;
        Ok(bytes.filter(|bytes| bytes.len() <= most))
    }

    /// The first bytes of an object's body.
    async fn read_up_to(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>, Error> {
        through_broken_bodies(|| async {
            let Some(reader) = self.open(key).await? else { return Ok(None) };
            let mut bytes = Vec::new();
            let read = reader.take(most).read_to_end(&mut bytes).await;
            read.map(|_| Some(bytes)).map_err(|error| Error::broken_body(format!("read {key}"), error))
        })
        .await
    }

    /// An object as JSON; none when there is no such object.
    pub async fn read_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(bytes) = self.read(key).await? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::unexpected(format!("understand {key}"), error))
    }

    /// Writes an object, in place of an earlier one.
    pub async fn write(&self, key: &str, body: impl Into<Body>) -> Result<(), Error> {
        let body = body.into().0;
        let put = self.client.put_object().bucket(&self.bucket).key(key).set_content_type(content_type(key));
        put.body(body).send().await.map(drop).map_err(failed(format!("write {key}")))
    }

    /// Writes a value as JSON, in place of an earlier one.
    pub async fn write_json<T: Serialize + Sync>(&self, key: &str, value: &T) -> Result<(), Error> {
        self.write(key, to_json(key, value)?).await
    }

    /// Writes a value as JSON unless the object is there already; tells whether it was written.
    pub async fn write_json_once<T: Serialize + Sync>(&self, key: &str, value: &T) -> Result<bool, Error> {
        let body = to_json(key, value)?;
        through_conflicts(|| self.write_new(key, body.clone())).await
    }

    /// Writes a new object; tells whether there was none.
    async fn write_new(&self, key: &str, body: Vec<u8>) -> Result<bool, Error> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).set_content_type(content_type(key));
        match put.if_none_match("*").body(body.into()).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
            Err(error) => Err(failed(format!("write {key}"))(error)),
        }
    }

    /// Writes a file's content, streamed from the disk, in as much time as its size takes on a slow line; a large one in
    /// parts.
    pub async fn write_file(&self, key: &str, path: &Path) -> Result<(), Error> {
        let what = || format!("upload {} as {key}", path.display());
        let size = tokio::fs::metadata(path).await.map_err(|error| Error::unexpected(what(), error))?.len();
        if size > parts::PART {
            return parts::write(&self.client, &self.bucket, key, path, size).await;
        }
        let body = ByteStream::from_path(path).await.map_err(|error| Error::unexpected(what(), error))?;
        let put = self.client.put_object().bucket(&self.bucket).key(key).set_content_type(content_type(key));
        put.body(body).customize().config_override(patience(size)).send().await.map(drop).map_err(failed(what()))
    }

    /// Brings an object into a file, whose folder is made; tells whether there is such an object.
    pub async fn fetch(&self, key: &str, path: &Path) -> Result<bool, Error> {
        self.fetch_from(&S3Url { bucket: self.bucket.clone(), key: key.to_owned() }, path, u64::MAX).await
    }

    /// Brings an object of any bucket with `most` bytes at most into a file, whose folder is made; tells whether there is
    /// such an object.
    pub async fn fetch_from(&self, url: &S3Url, path: &Path, most: u64) -> Result<bool, Error> {
        through_broken_bodies(|| self.fetch_once(url, path, most)).await
    }

    /// Fetches once; a file of an earlier try is replaced.
    async fn fetch_once(&self, url: &S3Url, path: &Path, most: u64) -> Result<bool, Error> {
        let S3Url { bucket, key } = url;
        let Some((reader, size)) = self.open_in(bucket, key).await? else { return Ok(false) };
        if size > most {
            return Err(Error::unexpected(format!("read {key}"), format!("it has {size} bytes, {most} are allowed")));
        }
        if let Some(folder) = path.parent() {
            let made = tokio::fs::create_dir_all(folder).await;
            made.map_err(|error| Error::unexpected(format!("bring {key} to {}", path.display()), error))?;
        }
        save(reader, key, path).await.map(|_| true)
    }

    /// An address that opens an object in a browser without signing in, for `life` at most, which S3 limits to a week.
    ///
    /// It works only as long as the credentials that signed it. Those of a role are of a session: a function's last
    /// some hours, and may have been given to it some hours ago.
    pub async fn link(&self, key: &str, life: Duration) -> Result<String, Error> {
        let what = format!("make a link to {key}");
        let config = PresigningConfig::expires_in(life).map_err(|error| Error::unexpected(what.clone(), error))?;
        let request = self.client.get_object().bucket(&self.bucket).key(key).presigned(config).await;
        request.map(|request| request.uri().to_owned()).map_err(failed(what))
    }

    /// Copies an object of this bucket, in place of an earlier one, without its bytes coming here.
    pub async fn copy(&self, from: &str, to: &str) -> Result<(), Error> {
        let source = utf8_percent_encode(&format!("{}/{from}", self.bucket), PATH).to_string();
        let copy = self.client.copy_object().bucket(&self.bucket).copy_source(source).key(to);
        copy.send().await.map(drop).map_err(failed(format!("copy {from} to {to}")))
    }

    /// Objects whose keys start with `prefix`.
    pub async fn list(&self, prefix: &str) -> Result<Vec<ObjectVersion>, Error> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed(format!("list {prefix}")))?;
            objects.extend(page.contents.unwrap_or_default().into_iter().filter_map(|object| {
                let size = object.size.unwrap_or_default().try_into().unwrap_or_default();
                let written = object.last_modified.map(|time| time.secs()).unwrap_or_default();
                Some(ObjectVersion { key: object.key?, size, etag: object.e_tag.unwrap_or_default(), written })
            }));
        }
        Ok(objects)
    }
}

/// Writes a body into a file, in place of what an earlier try left there; its bytes.
async fn save(mut body: Reader, key: &str, path: &Path) -> Result<u64, Error> {
    let what = || format!("bring {key} to {}", path.display());
    let disk = |error| Error::unexpected(what(), error);
    let mut file = tokio::fs::File::create(path).await.map_err(disk)?;
    let mut bytes = 0;
    loop {
        let chunk = body.fill_buf().await.map_err(|error| Error::broken_body(what(), error))?;
        if chunk.is_empty() {
            break;
        }
        file.write_all(chunk).await.map_err(disk)?;
        let length = chunk.len();
        body.consume(length);
        bytes += length as u64;
    }
    file.flush().await.map_err(disk)?;
    Ok(bytes)
}

/// What is written into an object.
#[derive(Debug)]
pub struct Body(ByteStream);

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(ByteStream::from(bytes))
    }
}

/// Configuration of a call that may take as long as so many bytes take on a slow line.
fn patience(bytes: u64) -> aws_sdk_s3::config::Builder {
    let patience = PATIENCE + BYTE * bytes.try_into().unwrap_or(u32::MAX);
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(patience).build();
    aws_sdk_s3::config::Builder::new().timeout_config(timeouts)
}

fn to_json<T: Serialize>(key: &str, value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(value).map_err(|error| Error::unexpected(format!("write {key}"), error))
}

fn content_type(key: &str) -> Option<String> {
    let kind = match key.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "xml" => "application/xml",
        "png" => "image/png",
        _ => return None,
    };
    Some(kind.to_owned())
}
