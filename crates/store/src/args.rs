//! Values that go into a statement: typed, so that a null reaches PostgreSQL with its type.

use jiff::Timestamp;

/// One bound value.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// BIGINT, or null of that type.
    Int(Option<i64>),
    /// DOUBLE PRECISION, or null of that type.
    Real(Option<f64>),
    /// TEXT, or null of that type.
    Text(Option<String>),
    /// BYTEA / BLOB, or null of that type.
    Blob(Option<Vec<u8>>),
}

/// `args![a, b]` makes the `Vec<Arg>` of a statement from anything with a conversion to [`Arg`].
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Arg::from($value)),*] };
}

/// `$3, $4, $5` for an `IN (…)` of `count` values from parameter `first` on.
pub fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

macro_rules! from {
    ($($type:ty => $variant:ident($value:ident) $convert:expr;)+) => {$(
        impl From<$type> for Arg {
            fn from($value: $type) -> Self {
                Self::$variant(Some($convert))
            }
        }
        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $convert))
            }
        }
    )+};
}

from! {
    i64 => Int(value) value;
    u32 => Int(value) i64::from(value);
    u16 => Int(value) i64::from(value);
    bool => Int(value) i64::from(value);
    Timestamp => Int(value) value.as_microsecond();
    f64 => Real(value) value;
    f32 => Real(value) f64::from(value);
    String => Text(value) value;
    &str => Text(value) value.to_owned();
    &String => Text(value) value.clone();
    Vec<u8> => Blob(value) value;
    &[u8] => Blob(value) value.to_vec();
    model::CaseId => Int(value) value.0;
    model::ContractId => Int(value) value.0;
    model::CustomerId => Int(value) value.0;
    model::HoldingId => Int(value) value.0;
    model::JobId => Int(value) value.0;
    model::MailId => Int(value) value.0;
    model::MeasureId => Int(value) value.0;
    model::ObservationId => Int(value) value.0;
    model::PlanId => Int(value) value.0;
    model::ReportId => Int(value) value.0;
    model::ReporterId => Int(value) value.0;
    model::UserId => Int(value) value.0;
    model::Category => Text(value) value.name().to_owned();
    model::Severity => Text(value) value.name().to_owned();
    model::Lane => Text(value) value.name().to_owned();
    model::CaseState => Text(value) value.name().to_owned();
    model::Exit => Text(value) value.name().to_owned();
    model::CauseClass => Text(value) value.name().to_owned();
    model::Grade => Text(value) value.name().to_owned();
    model::LegalBasis => Text(value) value.name().to_owned();
    model::MeasureKind => Text(value) value.name().to_owned();
    model::MeasureState => Text(value) value.name().to_owned();
    model::ServiceKind => Text(value) value.name().to_owned();
    model::Control => Text(value) value.name().to_owned();
    model::Role => Text(value) value.name().to_owned();
    model::Lang => Text(value) value.tag().to_owned();
}
