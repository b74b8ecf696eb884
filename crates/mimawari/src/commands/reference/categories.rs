//! The categories of abuse and what others call them.

use anyhow::Result;
use model::taxonomy::NAMED;
use model::{Category, Lang};
use serde_json::json;

use super::cell;
use crate::output::Output;

const HEAD: &str = "# Categories\n\n\
    Written by `mimawari reference categories`; do not edit. `Name` is what JSON, playbooks and the command line use. XARF is\n\
    category/type of XARF v4, RSIT class/type of the Reference Security Incident Taxonomy. An empty cell means that the\n\
    other taxonomy has no word for it.\n";

/// Both tables.
pub(super) fn markdown() -> String {
    let mut lines = vec![
        HEAD.to_owned(),
        "| Name | 日本語 | English | XARF v4 | RSIT | Group | Desk | Severity |".to_owned(),
        format!("|{}", " --- |".repeat(8)),
    ];
    for category in Category::ALL.iter().copied() {
        let cells = [
            format!("`{category}`"),
            word(Lang::Ja, category),
            word(Lang::En, category),
            pair(category.xarf()),
            pair(category.rsit()),
            category.group().name().to_owned(),
            category.lane().name().to_owned(),
            category.base_severity().name().to_owned(),
        ];
        lines.push(format!("| {} |", cells.map(|text| cell(&text)).join(" | ")));
    }
    lines.push(
        "\n## What people call it\n\n| 日本語 | English | Category | MISP tag |\n| --- | --- | --- | --- |".to_owned(),
    );
    for threat in NAMED {
        let misp = cell(threat.misp);
        lines.push(format!("| {} | {} | `{}` | `{misp}` |", cell(threat.ja), cell(threat.en), threat.category));
    }
    lines.join("\n")
}

/// One object per category.
pub(super) fn json(output: &mut Output) -> Result<()> {
    Category::ALL.iter().copied().try_for_each(|category| {
        let named: Vec<_> = NAMED
            .iter()
            .filter(|threat| threat.category == category)
            .map(|threat| json!({ "key": threat.key, "ja": threat.ja, "en": threat.en, "misp": threat.misp }))
            .collect();
        output.json(&json!({
            "name": category, "ja": word(Lang::Ja, category), "en": word(Lang::En, category), "xarf": pair(category.xarf()),
            "rsit": pair(category.rsit()), "group": category.group(), "lane": category.lane(),
            "severity": category.base_severity(), "named": named,
        }))
    })
}

fn word(lang: Lang, category: Category) -> String {
    text::t(lang, &format!("category-{category}"))
}

fn pair((class, kind): (&str, &str)) -> String {
    if class.is_empty() { String::new() } else { format!("{class}/{kind}") }
}
