//! How values of a Parquet type are texts.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::schema::types::ColumnDescriptor;

/// The form of a column's values as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// UTF-8.
    Text,
    /// A whole number.
    Whole,
    /// A whole number that is not negative.
    Unsigned,
    /// A floating-point number.
    Float,
    /// Days since 1970 as `2026-11-26`.
    Date,
    /// So many units a second since 1970, as `2026-11-26T21:00:00.123456`.
    Timestamp(i64),
    /// A whole number with a point before so many digits.
    Decimal(u32),
    /// 16 bytes as hexadecimal digits with dashes.
    Uuid,
    /// What no rule reads.
    Opaque,
}

impl Form {
    pub(super) fn of(column: &ColumnDescriptor) -> Self {
        if let Some(logical) = column.logical_type_ref() {
            return Self::of_logical(logical, column.physical_type());
        }
        match (column.converted_type(), column.physical_type()) {
            (ConvertedType::DATE, _) => Self::Date,
            (ConvertedType::TIMESTAMP_MILLIS, _) => Self::Timestamp(1000),
            (ConvertedType::TIMESTAMP_MICROS, _) => Self::Timestamp(1_000_000),
            (ConvertedType::DECIMAL, _) => u32::try_from(column.type_scale()).map_or(Self::Opaque, Self::Decimal),
            (ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64, _) => {
                Self::Unsigned
            }
            (
                ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS | ConvertedType::BSON | ConvertedType::INTERVAL,
                _,
            ) => Self::Opaque,
            (_, physical) => Self::of_physical(physical),
        }
    }

    fn of_logical(logical: &LogicalType, physical: Physical) -> Self {
        match logical {
            LogicalType::String | LogicalType::Enum | LogicalType::Json => Self::Text,
            LogicalType::Date => Self::Date,
            LogicalType::Timestamp(time) => Self::Timestamp(match time.unit {
                TimeUnit::MILLIS => 1000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            }),
            LogicalType::Decimal(decimal) => u32::try_from(decimal.scale).map_or(Self::Opaque, Self::Decimal),
            LogicalType::Integer(whole) => {
                if whole.is_signed {
                    Self::Whole
                } else {
                    Self::Unsigned
                }
            }
            LogicalType::Uuid => Self::Uuid,
            LogicalType::Unknown => Self::of_physical(physical),
            _ => Self::Opaque,
        }
    }

    fn of_physical(physical: Physical) -> Self {
        match physical {
            Physical::BYTE_ARRAY => Self::Text,
            Physical::INT32 | Physical::INT64 => Self::Whole,
            Physical::FLOAT | Physical::DOUBLE => Self::Float,
            Physical::BOOLEAN | Physical::INT96 | Physical::FIXED_LEN_BYTE_ARRAY => Self::Opaque,
        }
    }

    /// The type's name for rules by type, where the source names none.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole | Self::Unsigned => "integer",
            Self::Float => "float",
            Self::Date => "date",
            Self::Timestamp(_) => "timestamp",
            Self::Decimal(_) => "decimal",
            Self::Uuid => "uuid",
            Self::Opaque => "bytes",
        }
    }
}
