//! Shared by the tests of connectors.

use model::{MeasureId, MeasureKind};
use serde_json::json;

use super::Order;

/// An order with the key `k1`.
pub(super) fn order() -> Order {
    Order {
        key: "k1".to_owned(),
        measure: MeasureId(7),
        case: "M-2026-000001".to_owned(),
        kind: MeasureKind::LockAccount,
        target: "mailbox:user@example.com".to_owned(),
        params: json!({"mails_per_hour": 0}),
        ends_at: Some("2026-12-01T00:00:00Z".parse().unwrap()),
    }
}
