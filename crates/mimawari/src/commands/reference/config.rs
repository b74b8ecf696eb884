//! The configuration file with every key, its default and its meaning. The keys and defaults come from the types, the
//! meanings from the catalogue (`config-<section>-<key>`); tests hold the two together.

use anyhow::Result;
use desk::measures::ConnectorSettings;
use intake::{LmtpSettings, MaildirSettings};
use model::{Lang, MeasureKind};
use serde_json::json;

use crate::config::Config;

/// The defaults, and an example of everything that is absent by default.
pub(super) fn sample() -> Config {
    let mut config = Config::default();
    config.desk.provider.phone = Some("+81 3 0000 0000".to_owned());
    config.desk.provider.terms_url = Some("https://www.example.jp/terms".to_owned());
    config.desk.mail.user = Some("desk".to_owned());
    config.desk.mail.password = Some("secret".to_owned());
    config.check.resolver = Some(([127, 0, 0, 1], 53).into());
    config.desk.connectors = vec![ConnectorSettings {
        name: "panel".to_owned(),
        plug: "webhook".to_owned(),
        kinds: vec![MeasureKind::Suspend, MeasureKind::LockAccount],
        settings: json!({ "url": "https://panel.example.jp/abuse", "secret": "at least 32 characters that both know" }),
    }];
    config.lmtp = vec![LmtpSettings::default()];
    config.maildir =
        vec![MaildirSettings { folder: "/var/mail/abuse".into(), every_s: 5, max_message_bytes: 50 << 20 }];
    config.blocklists.folder = Some("/var/lib/mimawari/lists".into());
    config.blocklists.sources = Some("/etc/mimawari/lists.toml".into());
    config.blocklists.agent = Some("mimawari (abuse@provider.example)".to_owned());
    config
}

/// The file: prose behind `# `, keys with their defaults, and behind `#` the keys that are absent by default.
pub(super) fn commented(lang: Lang) -> Result<String> {
    let defaults = toml::Table::try_from(Config::default())?;
    let mut file = vec![format!("# {}", text::t(lang, "config-head").replace('\n', "\n# "))];
    let (mut section, mut sign, mut list) = (String::new(), "", None::<String>);
    for line in toml::to_string(&sample())?.lines().filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_matches(['[', ']']).clone_into(&mut section);
            // A list of tables is empty by default, and so is what lies in one.
            if name.starts_with('[') {
                list = Some(section.clone());
            } else if !list.as_ref().is_some_and(|list| section.starts_with(&format!("{list}."))) {
                list = None;
            }
            sign = if list.is_some() { "#" } else { "" };
            let about = meaning(lang, &section, "").map_or_else(String::new, |text| format!("# {text}\n"));
            file.push(format!("\n{about}{sign}{line}"));
        } else if let Some((key, _)) = line.split_once(" = ") {
            let absent = sign.is_empty() && !has(&defaults, &section, key);
            let meaning = meaning(lang, &section, key).unwrap_or_default();
            file.push(format!("# {meaning}\n{sign}{}{line}", if absent { "#" } else { "" }));
        }
    }
    Ok(file.join("\n"))
}

fn meaning(lang: Lang, section: &str, key: &str) -> Option<String> {
    let name = format!("config-{}-{key}", section.replace('.', "-"));
    let name = name.trim_end_matches('-').replace("--", "-");
    text::has(lang, &name).then(|| text::t(lang, &name))
}

/// Whether the section `path` has `key`.
fn has(root: &toml::Table, path: &str, key: &str) -> bool {
    let step = |table: Option<&toml::Table>, name: &str| table?.get(name)?.as_table().cloned();
    let table =
        path.split('.').filter(|name| !name.is_empty()).try_fold(root.clone(), |table, name| step(Some(&table), name));
    table.is_some_and(|table| table.contains_key(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The file with every key in force.
    fn uncommented(file: &str) -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest.to_owned(),
            _ => line.to_owned(),
        };
        file.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_file_is_the_defaults_and_with_all_keys_the_example() {
        for lang in Lang::ALL {
            let file = commented(lang).unwrap();
            let read: Config = toml::from_str(&file).unwrap();
            assert_eq!(toml::to_string(&read).unwrap(), toml::to_string(&Config::default()).unwrap(), "{file}");
            let all: Config = toml::from_str(&uncommented(&file)).unwrap();
            assert_eq!(toml::to_string(&all).unwrap(), toml::to_string(&sample()).unwrap());
        }
    }

    #[test]
    fn every_key_has_a_meaning_in_both_languages() {
        for lang in Lang::ALL {
            let file = commented(lang).unwrap();
            let bare: Vec<&str> = file
                .lines()
                .zip(file.lines().skip(1))
                .filter(|(above, line)| line.contains(" = ") && !line.starts_with("# ") && above.trim() == "#")
                .map(|(_, line)| line)
                .collect();
            assert_eq!(bare, Vec::<&str>::new(), "add config-<section>-<key> to cli.ftl ({})", lang.tag());
        }
    }

    /// The types know more keys than a sample can show: those that are absent by default. Serde names them all when it
    /// refuses one that it does not know.
    #[test]
    fn no_key_is_left_out() {
        let file = uncommented(&commented(Lang::En).unwrap());
        let full: toml::Table = toml::from_str(&file).unwrap();
        let mut checked = 0;
        for path in [
            "",
            "database",
            "attribution",
            "desk",
            "desk.provider",
            "desk.mail",
            "desk.connectors",
            "lmtp",
            "maildir",
            "trace",
            "check",
            "blocklists",
            "console",
        ] {
            let mut with = full.clone();
            let mut table = &mut with;
            for name in path.split('.').filter(|name| !name.is_empty()) {
                table = match table.get_mut(name).unwrap() {
                    toml::Value::Array(list) => list[0].as_table_mut().unwrap(),
                    other => other.as_table_mut().unwrap(),
                };
            }
            let shown: BTreeSet<String> = table.keys().cloned().collect();
            table.insert("unheard-of".to_owned(), 1.into());
            let error = toml::from_str::<Config>(&toml::to_string(&with).unwrap()).unwrap_err().message().to_owned();
            let known: BTreeSet<String> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
            assert!(!known.is_empty(), "{error}");
            assert_eq!(known.difference(&shown).collect::<Vec<_>>(), Vec::<&String>::new(), "[{path}] lacks keys");
            checked += known.len();
        }
        assert!(checked > 50, "{checked}");
    }
}
