//! Stable error codes: what a user quotes to support and what a catalogue translates.

/// A stable, documented name of one kind of failure, such as `store.full`.
///
/// The text catalogue holds, for every code, what happened and what to do in Japanese and English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(pub &'static str);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
