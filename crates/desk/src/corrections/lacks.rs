//! What a report lacks to be worked on, for the person who reads it instead of the machine.

use std::collections::BTreeSet;

use attribution::Answer;
use model::Grade;
use store::observations::ObservationRow;
use text::mail::Missing;

use crate::pipeline::missing;

/// What all that was read of a report lacks; of a report in which nothing was found, everything that names somebody.
pub fn lacks(rows: &[ObservationRow], grade: Grade) -> BTreeSet<Missing> {
    if rows.is_empty() {
        return BTreeSet::from([Missing::Address, Missing::Url, Missing::Time]);
    }
    let answers: Vec<Option<Answer>> =
        rows.iter().map(|row| serde_json::from_value(row.attribution.clone()?).ok()).collect();
    let pairs = rows.iter().zip(&answers).filter_map(|(row, answer)| Some((&row.seen, answer.as_ref()?)));
    missing(pairs, grade)
}
