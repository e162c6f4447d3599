//! Schemas: which rule is that of a column, and what the new file looks like.

use std::collections::BTreeMap;
use std::sync::Arc;

use parquet::basic::{Compression, Repetition};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{ColumnPath, SchemaDescriptor, Type, TypePtr};

use super::WRONG;
use super::form::Form;
use crate::error::{Refusal, Why};
use crate::run::{Plan, Source, TableRun};

/// Rules for the columns of a file, and its schema. A rule that cannot read the column's type, or writes NULL where none may be, is
/// refused here, before anything is written.
pub(super) fn plan(
    table: &TableRun<'_>,
    file: &str,
    types: &BTreeMap<String, String>,
    metadata: &ParquetMetaData,
) -> Result<(TypePtr, Plan), Refusal> {
    let schema = metadata.file_metadata().schema_descr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let kinds: Vec<String> = schema.columns().iter().map(|column| Form::of(column).name().to_owned()).collect();
    let kind = |name: &String, own: &'_ String| types.get(name).unwrap_or(own).clone();
    let kinds: Vec<String> = names.iter().zip(&kinds).map(|(name, own)| kind(name, own)).collect();
    let sources = names.iter().zip(&kinds).map(|(name, kind)| Source { name, kind: Some(kind) });
    let plan = table.plan(file, &sources.collect::<Vec<_>>())?;
    check(file, schema, &plan)?;
    Ok((metadata.file_metadata().schema_descr().root_schema_ptr(), plan))
}

fn check(file: &str, schema: &SchemaDescriptor, plan: &Plan) -> Result<(), Refusal> {
    for (column, planned) in schema.columns().iter().zip(&plan.columns) {
        let refused = |why| Err(Refusal::file(file, why).column(&planned.name).rule(planned.masker.name));
        let info = column.self_type().get_basic_info();
        let is_required = info.has_repetition() && info.repetition() == Repetition::REQUIRED;
        if planned.masker.is_null() && is_required {
            return refused(Why::Format("the column may not be NULL in this file, take another rule"));
        }
        if planned.masker.is_drop() && column.path().parts().len() > 1 {
            return refused(Why::Format("a column inside another cannot be dropped, take null or constant"));
        }
        let by_text = !planned.masker.is_keep() && !planned.masker.is_null() && !planned.masker.is_drop();
        if by_text && Form::of(column) == Form::Opaque {
            return refused(Why::Format("values of this Parquet type can only be kept, dropped or made NULL"));
        }
    }
    Ok(())
}

/// The schema without the columns that are left out.
pub(super) fn without_dropped(schema: &TypePtr, plan: &Plan) -> Result<TypePtr, Why> {
    let dropped = |name: &str| plan.columns.iter().any(|column| column.masker.is_drop() && column.name == name);
    let fields: Vec<TypePtr> = schema.get_fields().iter().filter(|field| !dropped(field.name())).cloned().collect();
    if fields.is_empty() {
        return Err(Why::Format("every column is dropped, keep one of them"));
    }
    Type::group_type_builder("schema").with_fields(fields).build().map(Arc::new).map_err(|_| WRONG)
}

/// Properties of the new file: compression as it was, and nothing else of the old one.
pub(super) fn properties(metadata: &ParquetMetaData, plan: &Plan) -> Result<WriterProperties, Why> {
    let mut properties = WriterProperties::builder()
        .set_created_by(format!("masking {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(None);
    let first = metadata.row_groups().first();
    for (column, planned) in first.iter().flat_map(|group| group.columns()).zip(&plan.columns) {
        let compression = match column.compression() {
            Compression::UNCOMPRESSED => Compression::UNCOMPRESSED,
            Compression::SNAPPY => Compression::SNAPPY,
            Compression::GZIP(level) => Compression::GZIP(level),
            Compression::LZ4_RAW => Compression::LZ4_RAW,
            _ => return Err(Why::Format("this compression is not supported, export it with gzip or snappy")),
        };
        let path = ColumnPath::new(column.column_path().parts().to_vec());
        if !planned.masker.is_drop() {
            properties = properties.set_column_compression(path, compression);
        }
    }
    Ok(properties.build())
}
