//! How the words of `model` look on the wire: names of enumerations with their schema, opaque identifiers, masked persons.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The enumerations that the wire knows.
mod known {
    pub(super) use desk::registers::FormLack;
    pub(super) use model::{
        CaseState, Category, CauseClass, Control, Exit, Grade, Lane, Lang, LegalBasis, MeasureKind, MeasureState,
        ReadinessItem, Role, ServiceKind, Severity,
    };
    pub(super) use store::registers::{InstrumentKind, InstrumentState};
}

/// A string schema; with `names`, only these values.
fn string(about: &str, names: Option<Vec<&str>>) -> RefOr<Schema> {
    let object = ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    object.enum_values(names).into()
}

macro_rules! names {
    ($($name:ident $about:literal $all:expr, $text:expr;)+) => {$(
        #[doc = $about]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) known::$name);

        impl From<known::$name> for $name {
            fn from(value: known::$name) -> Self {
                Self(value)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                string($about, Some($all.iter().map($text).collect()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

names! {
    CaseState "Where a case stands." model::CaseState::ALL, |value| value.name();
    Category "Kind of abuse." model::Category::ALL, |value| value.name();
    CauseClass "What lies behind a case." model::CauseClass::ALL, |value| value.name();
    Control "Who has root." model::Control::ALL, |value| value.name();
    FormLack "What the form of a connection lacks." desk::registers::FormLack::ALL, |value| value.name();
    InstrumentKind "What kind of paper, call or order." store::registers::InstrumentKind::ALL, |value| value.name();
    InstrumentState "Where an instrument stands." store::registers::InstrumentState::ALL, |value| value.name();
    LegalBasis "The legal ground of a measure." model::LegalBasis::ALL, |value| value.name();
    MeasureKind "What a measure does." model::MeasureKind::ALL, |value| value.name();
    MeasureState "Where a measure stands." model::MeasureState::ALL, |value| value.name();
    Exit "How a case ended." model::Exit::ALL, |value| value.name();
    Grade "How good the evidence is." model::Grade::ALL, |value| value.name();
    Lane "Which desk." model::Lane::ALL, |value| value.name();
    Lang "Language." model::Lang::ALL, |value| value.tag();
    ReadinessItem "What a customer keeps ready." model::ReadinessItem::ALL, |value| value.name();
    Role "What somebody may do." model::Role::ALL, |value| value.name();
    ServiceKind "Kind of service." model::ServiceKind::ALL, |value| value.name();
    Severity "How grave." model::Severity::ALL, |value| value.name();
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// Reason.
    pub(crate) reason: String,
}

/// An identifier: an opaque string for clients, a number inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) i64);

macro_rules! ids {
    ($($id:ident)+) => {$(
        impl From<model::$id> for Id {
            fn from(id: model::$id) -> Self {
                Self(id.0)
            }
        }

        impl From<Id> for model::$id {
            fn from(id: Id) -> Self {
                Self(id.0)
            }
        }
    )+};
}

ids! { CaseId ContractId CustomerId HoldingId MailId MeasureId ObservationId PlanId ReportId ReporterId UserId }

impl std::str::FromStr for Id {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        // Digits alone, so that one thing has one name.
        let digits = !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten();
        number.map(Self).ok_or_else(|| "an identifier is a string as this API gave it out".to_owned())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        string("An opaque identifier.", None)
    }
}

impl ToSchema for Id {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Id")
    }
}

/// What may be shown of persons to the one who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown(pub(crate) bool);

impl Shown {
    /// By the permission of the caller.
    pub(crate) const fn to(caller: &crate::auth::Caller) -> Self {
        Self(caller.role.may(model::Permission::ViewPersonal))
    }

    /// A mail address, or its first letter and domain.
    pub(crate) fn mail(self, address: Option<String>) -> Option<String> {
        address.map(|address| if self.0 { address } else { text::wording::mask_mail(&address) })
    }

    /// A name, or its first letter.
    pub(crate) fn name(self, name: String) -> String {
        if self.0 { name } else { text::wording::mask_name(&name) }
    }

    /// A mailbox or login name.
    pub(crate) fn account(self, account: String) -> String {
        match (self.0, account.contains('@')) {
            (true, _) => account,
            (false, true) => text::wording::mask_mail(&account),
            (false, false) => text::wording::mask_name(&account),
        }
    }

    /// Text in which a person may be named anywhere.
    pub(crate) fn text(self, text: Option<String>) -> Option<String> {
        text.map(|text| if self.0 { text } else { "***".to_owned() })
    }

    /// The place of a case: `site:…`, `account:…`, `host:…`.
    pub(crate) fn place(self, place: String) -> String {
        match place.strip_prefix("account:") {
            Some(account) if !self.0 => format!("account:{}", self.account(account.to_owned())),
            _ => place,
        }
    }

    /// The text form of a subject: mailboxes and accounts are persons.
    pub(crate) fn subject(self, subject: &model::SubjectKey) -> String {
        match subject {
            model::SubjectKey::Mailbox(name) | model::SubjectKey::Account(name) if !self.0 => {
                format!("{}:{}", subject.kind(), self.account(name.clone()))
            }
            other => other.to_string(),
        }
    }
}
