//! The kinds of tables, and the columns of each.

use std::fmt;
use std::str::FromStr;

use store::inventory::{ContractRow, CustomerRow, HoldingRow, PlanRow, PrefixRow, ReadinessRow};

use super::read::{FieldError, Fields, ImportRow};

/// Which table a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The product catalogue.
    Plans,
    /// Customers and resellers.
    Customers,
    /// Contracts.
    Contracts,
    /// Who held what from when to when.
    Holdings,
    /// Announced prefixes.
    Prefixes,
    /// What customers keep ready.
    Readiness,
}

impl Kind {
    /// All, in the order in which they have to be imported.
    pub const ALL: [Self; 6] =
        [Self::Plans, Self::Customers, Self::Contracts, Self::Holdings, Self::Prefixes, Self::Readiness];

    /// The name, as in file names and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plans => "plans",
            Self::Customers => "customers",
            Self::Contracts => "contracts",
            Self::Holdings => "holdings",
            Self::Prefixes => "prefixes",
            Self::Readiness => "readiness",
        }
    }

    /// The kind of a file by its name: `holdings.csv`, `holdings-2026-03.json`.
    pub fn of_file(name: &str) -> Option<Self> {
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
        Self::ALL.into_iter().find(|kind| {
            base.strip_prefix(kind.name()).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("`{text}` is no kind of table: use one of {}", known.join(", "))
        })
    }
}

macro_rules! rows {
    ($($row:ident: $($required:literal)* | $($optional:literal)*; |$fields:ident| { $($field:ident $value:expr,)+ })+) => {$(
        impl ImportRow for $row {
            const REQUIRED: &'static [&'static str] = &[$($required),*];
            const OPTIONAL: &'static [&'static str] = &[$($optional),*];

            fn from_fields($fields: &Fields<'_>) -> Result<Self, FieldError> {
                Ok(Self { $($field: $value,)+ })
            }
        }
    )+};
}

rows! {
    PlanRow: "key" "name" "service" "control" | "yen_per_month" "disk_gb" "mails_per_hour"; |fields| {
        key fields.text("key")?,
        name fields.text("name")?,
        service fields.value("service")?,
        control fields.value("control")?,
        yen_per_month fields.opt("yen_per_month")?,
        disk_gb fields.opt("disk_gb")?,
        mails_per_hour fields.opt("mails_per_hour")?,
    }
    CustomerRow: "key" "name" | "mail" "lang" "parent" "desk_mail"; |fields| {
        key fields.text("key")?,
        name fields.text("name")?,
        mail fields.opt_text("mail"),
        lang fields.opt("lang")?.unwrap_or_default(),
        parent fields.opt_text("parent"),
        desk_mail fields.opt_text("desk_mail"),
    }
    ContractRow: "key" "customer" "plan" "from" | "to" "responsible"; |fields| {
        key fields.text("key")?,
        customer fields.text("customer")?,
        plan fields.text("plan")?,
        from fields.value("from")?,
        to fields.opt("to")?,
        responsible fields.opt_text("responsible"),
    }
    HoldingRow: "subject" "from" | "contract" "port_lo" "port_hi" "to"; |fields| {
        subject fields.text("subject")?,
        contract fields.opt_text("contract"),
        port_lo fields.opt("port_lo")?.unwrap_or(0),
        port_hi fields.opt("port_hi")?.unwrap_or(u16::MAX),
        from fields.value("from")?,
        to fields.opt("to")?,
    }
    PrefixRow: "prefix" "asn" |; |fields| {
        prefix fields.value("prefix")?,
        asn fields.value("asn")?,
    }
    ReadinessRow: "contract" "item" "value" | "valid_until"; |fields| {
        contract fields.text("contract")?,
        item fields.value("item")?,
        value fields.text("value")?,
        valid_until fields.opt("valid_until")?,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_tells_the_kind() {
        for (name, kind) in [
            ("/srv/in/Holdings-2026-03.json", Some(Kind::Holdings)),
            ("plans.csv", Some(Kind::Plans)),
            ("C:\\in\\customers.csv", Some(Kind::Customers)),
            ("planspiel.csv", None),
            ("export.csv", None),
        ] {
            assert_eq!(Kind::of_file(name), kind, "{name}");
        }
    }
}
