//! Who told of which case: a roll-up of the observations, so that the sources of a year are counted in one index.
//!
//! It is kept in the two places where observations get or change their case: the end of a reading and a move.

use model::{CaseId, ReportId};

use crate::{Arg, StoreError, Tx, args, placeholders};

const HEAD: &str = "INSERT INTO telling (case_id, reporter_id, opened_at, first_at, seen, place) \
    SELECT o.case_id, r.reporter_id, c.opened_at, MIN(r.received_at), COUNT(*), 0 FROM observation o \
    JOIN report r ON r.id = o.report_id JOIN cases c ON c.id = o.case_id WHERE r.reporter_id IS NOT NULL AND";
const GROUPED: &str = "GROUP BY o.case_id, r.reporter_id, c.opened_at";

impl Tx {
    /// Notes that the reporter of `report` told of the cases of its observations. Once for each report.
    pub(crate) async fn note_tellings(&mut self, report: ReportId) -> Result<(), StoreError> {
        let sql = format!(
            "{HEAD} r.id = $1 {GROUPED} ON CONFLICT (case_id, reporter_id) DO UPDATE SET seen = telling.seen + excluded.seen, \
             first_at = CASE WHEN excluded.first_at < telling.first_at THEN excluded.first_at ELSE telling.first_at END"
        );
        self.execute(&sql, args![report]).await?;
        self.place_tellings("SELECT case_id FROM observation WHERE report_id = $1", args![report]).await
    }

    /// Counts anew who told of `cases`, at most 256.
    pub(crate) async fn count_tellings(&mut self, cases: &[CaseId]) -> Result<(), StoreError> {
        let (these, values) = (placeholders(1, cases.len()), || cases.iter().map(|id| Arg::from(*id)).collect());
        self.execute(&format!("DELETE FROM telling WHERE case_id IN ({these})"), values()).await?;
        self.execute(&format!("{HEAD} o.case_id IN ({these}) {GROUPED}"), values()).await?;
        self.place_tellings(&these, values()).await
    }

    /// Says anew in `these` cases who told alone, first or later. Of two at one moment the one known longer was first.
    async fn place_tellings(&mut self, these: &str, values: Vec<Arg>) -> Result<(), StoreError> {
        let others = "SELECT 1 FROM telling AS other WHERE other.case_id = telling.case_id";
        let place = format!(
            "CASE WHEN EXISTS ({others} AND (other.first_at < telling.first_at \
             OR (other.first_at = telling.first_at AND other.reporter_id < telling.reporter_id))) THEN 2 \
             WHEN EXISTS ({others} AND other.reporter_id <> telling.reporter_id) THEN 1 ELSE 0 END"
        );
        let sql = format!("UPDATE telling SET place = {place} WHERE case_id IN ({these}) AND place <> {place}");
        self.execute(&sql, values).await?;
        Ok(())
    }
}
