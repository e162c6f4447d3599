//! Looks through whole files that were written.

use std::io::Read;

use parquet::column::reader::ColumnReader;
use parquet::file::reader::{ChunkReader, FileReader};
use parquet::file::serialized_reader::SerializedFileReader;
use serde_json::Value;

use super::Detector;
use crate::csv::{Splitter, header};
use crate::error::{Refusal, Why};
use crate::json::joined;
use crate::ndjson::next_line;
use crate::policy::Table;
use crate::source::Buffer;

impl Detector {
    /// Looks at each value of a CSV file of a table, and gives its number of rows.
    pub fn csv(&mut self, table: (&str, &Table), file: &str, reader: impl Read) -> Result<u64, Refusal> {
        let (name, spec) = table;
        let mut splitter = Splitter::new(reader, spec.delimiter);
        splitter.mark().map_err(|why| Refusal::file(file, why))?;
        let names = match spec.header.is_empty() {
            true => header(&mut splitter).map_err(|why| Refusal::file(file, why))?.names,
            false => spec
                .header
                .iter()
                .filter(|name| spec.columns.named.get(*name).is_none_or(|column| column.rule.name() != "drop"))
                .cloned()
                .collect(),
        };
        let mut rows = 0;
        while let Some(row) = splitter.next().map_err(|why| Refusal::row(file, rows + 1, why))? {
            rows += 1;
            for (column, field) in names.iter().zip(row.fields) {
                self.look(name, column, &row.content(*field));
            }
        }
        Ok(rows)
    }

    /// Looks at each text, number and key of a file of JSON lines, and gives its number of rows. Items of DynamoDB are such lines.
    pub fn ndjson(&mut self, table: &str, file: &str, reader: impl Read) -> Result<u64, Refusal> {
        let mut lines = Buffer::new(reader);
        let mut rows = 0;
        while let Some(line) = next_line(&mut lines).map_err(|why| Refusal::row(file, rows + 1, why))? {
            if line.trim().is_empty() {
                continue;
            }
            rows += 1;
            let value: Value =
                serde_json::from_str(line).map_err(|_| Refusal::row(file, rows, Why::NotA("JSON value")))?;
            self.json(table, "", &value);
        }
        Ok(rows)
    }

    fn json(&mut self, table: &str, path: &str, value: &Value) {
        match value {
            Value::String(text) => self.look(table, path, text),
            Value::Number(number) => self.look(table, path, &number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.json(table, &format!("{path}[]"), item)),
            Value::Object(members) => {
                for (key, value) in members {
                    self.look(table, path, key);
                    self.json(table, &joined(path, key), value);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Looks at each text of a Parquet file.
    pub fn parquet<R: ChunkReader + 'static>(&mut self, table: &str, file: &str, reader: R) -> Result<(), Refusal> {
        let wrong = || Refusal::file(file, Why::Syntax("the Parquet data is torn, or of a kind that is not supported"));
        let reader = SerializedFileReader::new(reader).map_err(|_| wrong())?;
        for at in 0..reader.num_row_groups() {
            let group = reader.get_row_group(at).map_err(|_| wrong())?;
            for column in 0..group.num_columns() {
                let name = group.metadata().column(column).column_path().string();
                let ColumnReader::ByteArrayColumnReader(mut texts) =
                    group.get_column_reader(column).map_err(|_| wrong())?
                else {
                    continue;
                };
                loop {
                    let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
                    let read = texts.read_records(8192, Some(&mut definitions), Some(&mut repetitions), &mut values);
                    if read.map_err(|_| wrong())?.0 == 0 {
                        break;
                    }
                    values.iter().for_each(|value| self.look(table, &name, &String::from_utf8_lossy(value.data())));
                }
            }
        }
        Ok(())
    }
}
