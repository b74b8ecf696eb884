//! Every error code with its texts, from the catalogue.

use anyhow::Result;
use model::{Code, Lang};
use serde_json::json;

use super::cell;
use crate::output::Output;

const HEAD: &str = "# Errors\n\n\
    Written by `mimawari reference errors`; do not edit. The code is stable: programs may depend on it.\n\n\
    | Code | 何が起きたか | どうすればよいか | What happened | What to do |\n\
    | --- | --- | --- | --- | --- |";

/// The codes that have texts, by name.
fn codes() -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = text::catalogue::files(Lang::En)
        .iter()
        .flat_map(|(_, source)| source.lines())
        .filter_map(|line| line.strip_prefix("error-")?.split_once(" = ").map(|(name, _)| name))
        .collect();
    codes.sort_unstable();
    codes
}

/// `store-not-found` is the code `store.not-found`: the part before the first hyphen is the crate's.
fn dotted(name: &str) -> String {
    name.replacen('-', ".", 1)
}

/// What happened and what to do, in `lang`.
fn texts(lang: Lang, name: &'static str) -> (String, String) {
    // A code with hyphens alone finds the same texts as with its dot.
    text::error(lang, Code(name))
}

/// The table.
pub(super) fn markdown() -> String {
    let mut lines = vec![HEAD.to_owned()];
    for name in codes() {
        let ((happened_ja, todo_ja), (happened, todo)) = (texts(Lang::Ja, name), texts(Lang::En, name));
        let cells = [happened_ja, todo_ja, happened, todo].map(|text| cell(&text));
        lines.push(format!("| `{}` | {} |", dotted(name), cells.join(" | ")));
    }
    lines.join("\n")
}

/// One object per code.
pub(super) fn json(output: &mut Output) -> Result<()> {
    codes().into_iter().try_for_each(|name| {
        let told = |lang| {
            let (happened, todo) = texts(lang, name);
            json!({ "happened": happened, "todo": todo })
        };
        output.json(&json!({ "code": dotted(name), "ja": told(Lang::Ja), "en": told(Lang::En) }))
    })
}
