//! Masks the columns of one row group.

use std::io::Write;
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::DataType;
use parquet::file::reader::RowGroupReader;
use parquet::file::writer::{SerializedColumnWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use super::WRONG;
use super::cell::Cell;
use super::form::Form;
use crate::error::{Refusal, Why};
use crate::rules::Effect;
use crate::run::{Plan, TableRun};

/// Rows that are read at once.
const BATCH: usize = 8192;

/// What is known of the rows of a group while its columns are masked one after the other.
pub(super) struct Group {
    /// Values that rules look at, by peer and row.
    peers: Vec<Vec<Option<String>>>,
    /// Hashes of masked values, by column and row; empty for columns of which nothing is counted.
    hashes: Vec<Vec<Option<u64>>>,
    rows: u64,
}

/// Values of one column, with their levels.
struct Batch<V> {
    values: Vec<V>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

fn wrong() -> Refusal {
    Refusal::file("", WRONG)
}

impl Group {
    pub(super) fn new(plan: &Plan, group: &dyn RowGroupReader) -> Result<Self, Refusal> {
        let columns = plan.peers.iter().map(|peer| peer.column);
        let peers = columns.map(|at| at.map_or(Ok(Vec::new()), |at| texts(group, at))).collect::<Result<_, _>>()?;
        let rows = u64::try_from(group.metadata().num_rows()).map_err(|_| wrong())?;
        Ok(Self { peers, hashes: vec![Vec::new(); plan.columns.len()], rows })
    }

    /// Masks one column, and writes it unless it is left out.
    pub(super) fn column<W: Write + Send>(
        &mut self,
        plan: &mut Plan,
        group: &dyn RowGroupReader,
        at: usize,
        out: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), Refusal> {
        let is_drop = plan.columns.get(at).is_none_or(|column| column.masker.is_drop());
        let reader = group.get_column_reader(at).map_err(|_| wrong())?;
        let description = group.metadata().column(at).column_descr_ptr();
        let mut job = Job { group: self, plan, at, description };
        if is_drop {
            return job.run(reader, None);
        }
        let mut writer = out.next_column().map_err(|_| wrong())?.ok_or_else(wrong)?;
        job.run(reader, Some(&mut writer))?;
        writer.close().map_err(|_| wrong())
    }

    /// Adds the rows to what is counted of the table.
    pub(super) fn count(self, plan: &mut Plan, table: &mut TableRun<'_>) -> Result<u64, Refusal> {
        for row in 0..usize::try_from(self.rows).map_err(|_| wrong())? {
            for (column, hashes) in plan.columns.iter_mut().zip(&self.hashes) {
                column.hash = hashes.get(row).copied().flatten();
            }
            plan.count(table);
        }
        Ok(self.rows)
    }
}

struct Job<'a> {
    group: &'a mut Group,
    plan: &'a mut Plan,
    at: usize,
    description: ColumnDescPtr,
}

impl Job<'_> {
    fn run(&mut self, reader: ColumnReader, writer: Option<&mut SerializedColumnWriter<'_>>) -> Result<(), Refusal> {
        match reader {
            ColumnReader::BoolColumnReader(reader) => self.typed(reader, writer.map(SerializedColumnWriter::typed)),
            ColumnReader::Int32ColumnReader(reader) => self.typed(reader, writer.map(SerializedColumnWriter::typed)),
            ColumnReader::Int64ColumnReader(reader) => self.typed(reader, writer.map(SerializedColumnWriter::typed)),
            ColumnReader::Int96ColumnReader(reader) => self.typed(reader, writer.map(SerializedColumnWriter::typed)),
            ColumnReader::FloatColumnReader(reader) => self.typed(reader, writer.map(SerializedColumnWriter::typed)),
            ColumnReader::DoubleColumnReader(reader) => self.typed(reader, writer.map(SerializedColumnWriter::typed)),
            ColumnReader::ByteArrayColumnReader(reader) => {
                self.typed(reader, writer.map(SerializedColumnWriter::typed))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.typed(reader, writer.map(SerializedColumnWriter::typed))
            }
        }
    }

    fn typed<T: DataType>(
        &mut self,
        mut reader: ColumnReaderImpl<T>,
        mut writer: Option<&mut ColumnWriterImpl<'_, T>>,
    ) -> Result<(), Refusal>
    where
        T::T: Cell,
    {
        let mut rows = 0;
        while let Some(batch) = read(&mut reader, &self.description)? {
            let (batch, more) = self.masked(batch, rows)?;
            rows += more;
            if let Some(writer) = writer.as_deref_mut() {
                let definitions = (self.description.max_def_level() > 0).then_some(batch.definitions.as_slice());
                let repetitions = (self.description.max_rep_level() > 0).then_some(batch.repetitions.as_slice());
                writer.write_batch(&batch.values, definitions, repetitions).map_err(|_| wrong())?;
            }
        }
        if rows as u64 == self.group.rows { Ok(()) } else { Err(wrong()) }
    }

    /// Masks a batch that begins at a row, and says how many rows it has.
    fn masked<V: Cell>(&mut self, batch: Batch<V>, from: usize) -> Result<(Batch<V>, usize), Refusal> {
        let (most, is_flat) = (self.description.max_def_level(), self.description.max_rep_level() == 0);
        let mut new = Batch { values: Vec::with_capacity(batch.values.len()), ..batch };
        let (mut values, mut rows) = (batch.values.into_iter(), 0);
        for level in 0..new.definitions.len() {
            let starts = is_flat || new.repetitions.get(level) == Some(&0);
            rows += usize::from(starts);
            let row = from + rows.saturating_sub(1);
            let Some(definition) = new.definitions.get_mut(level) else { break };
            let value = if *definition == most { Some(values.next().ok_or_else(wrong)?) } else { None };
            let had_value = value.is_some();
            match self.value(value, row).map_err(|refusal| refusal.at("", row as u64 + 1))? {
                Some(value) => new.values.push(value),
                None if had_value => *definition = most - 1,
                None => {}
            }
        }
        Ok((new, rows))
    }

    /// Masks a value of a row; none for NULL and for lists without items.
    fn value<V: Cell>(&mut self, value: Option<V>, row: usize) -> Result<Option<V>, Refusal> {
        let Some(column) = self.plan.columns.get(self.at) else { return Ok(None) };
        let (is_plain, name) = (column.masker.is_keep() && !column.tracked, column.masker.name);
        if is_plain {
            self.plan.kept_value(self.at, value.is_some())?;
            return Ok(value);
        }
        if !self.plan.peers.is_empty() {
            let peers = self.group.peers.iter().map(|values| values.get(row).cloned().flatten()).collect();
            self.plan.begin_with(peers);
        }
        let description = Arc::clone(&self.description);
        let refused = |why| Refusal::file("", why).column(description.path().string()).rule(name);
        let form = Form::of(&description);
        let length = usize::try_from(description.type_length()).unwrap_or(0);
        let text = value.as_ref().map(|value| text_of(value, form, name).map_err(refused)).transpose()?;
        let mut new = String::new();
        let effect = self.plan.value(self.at, text.as_deref(), &mut new)?;
        self.keep_hash();
        match effect {
            Effect::Same => Ok(value),
            Effect::Null if value.is_some() && description.max_def_level() == 0 => Err(refused(Why::Missing)),
            Effect::Null => Ok(None),
            Effect::Text => V::of_text(&new, form, length)
                .map(Some)
                .ok_or_else(|| refused(Why::NotA("value that fits its type after masking"))),
        }
    }

    fn keep_hash(&mut self) {
        let hash = self.plan.columns.get(self.at).filter(|column| column.tracked).map(|column| column.hash);
        if let (Some(hash), Some(hashes)) = (hash, self.group.hashes.get_mut(self.at)) {
            hashes.push(hash);
        }
    }
}

/// The text of a value. Rules that do not look at it get one that stands for all.
fn text_of<'v, V: Cell>(value: &'v V, form: Form, rule: &str) -> Result<std::borrow::Cow<'v, str>, Why> {
    match value.text(form) {
        Some(text) => Ok(text),
        None if matches!(rule, "null" | "drop") => Ok("?".into()),
        None => Err(Why::NotA("value that a rule can read as text")),
    }
}

fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    column: &ColumnDescriptor,
) -> Result<Option<Batch<T::T>>, Refusal> {
    let mut batch = Batch { values: Vec::new(), definitions: Vec::new(), repetitions: Vec::new() };
    let read =
        reader.read_records(BATCH, Some(&mut batch.definitions), Some(&mut batch.repetitions), &mut batch.values);
    let (records, values, levels) = read.map_err(|_| wrong())?;
    if column.max_def_level() == 0 {
        batch.definitions = vec![0; values.max(levels)];
    }
    Ok(Some(batch).filter(|_| records > 0))
}

/// All texts of a flat column, for rules that look at them.
fn texts(group: &dyn RowGroupReader, at: usize) -> Result<Vec<Option<String>>, Refusal> {
    let description = group.metadata().column(at).column_descr_ptr();
    match group.get_column_reader(at).map_err(|_| wrong())? {
        ColumnReader::Int32ColumnReader(reader) => texts_of(reader, &description),
        ColumnReader::Int64ColumnReader(reader) => texts_of(reader, &description),
        ColumnReader::ByteArrayColumnReader(reader) => texts_of(reader, &description),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => texts_of(reader, &description),
        _ => Err(Refusal::file("", Why::Format("a rule looks at a column of this Parquet type"))
            .column(description.path().string())),
    }
}

fn texts_of<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    column: &ColumnDescriptor,
) -> Result<Vec<Option<String>>, Refusal>
where
    T::T: Cell,
{
    let mut texts = Vec::new();
    while let Some(batch) = read(&mut reader, column)? {
        let mut values = batch.values.iter();
        let text = |definition: &i16| {
            let value = if *definition == column.max_def_level() { values.next() } else { None };
            value.and_then(|value| value.text(Form::of(column))).map(|text| text.into_owned())
        };
        texts.extend(batch.definitions.iter().map(text).collect::<Vec<_>>());
    }
    Ok(texts)
}
