//! The table of what `new` can make. A new kind is one row here and one file in `xtask/templates/`.

/// One kind of part. In texts and paths `{{name}}`, `{{module}}` and `{{Type}}` stand for the new part's name.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The word on the command line.
    pub(crate) name: &'static str,
    /// Where its files are, from the root of the workspace.
    pub(crate) folder: &'static str,
    /// The list in the folder's `mod.rs` that names every part.
    pub(crate) list: &'static str,
    /// The entry in that list.
    pub(crate) entry: &'static str,
    /// Modules of the folder that parts share and that are no parts themselves.
    pub(crate) helpers: &'static [&'static str],
    /// Text of the new source file.
    pub(crate) template: &'static str,
    /// Path and text of further files: fixtures, pages.
    pub(crate) fixtures: &'static [(&'static str, &'static str)],
    /// What to do next.
    pub(crate) recipe: &'static str,
}

/// Every kind, in the order of the table "One file and one line" of `ARCHITECTURE.md`.
pub(crate) const KINDS: &[Kind] = &[];
