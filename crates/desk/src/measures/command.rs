//! Measures by a program on this machine: fixed arguments, no shell, the order as JSON on its standard input.
//!
//! The program is called as `PROGRAM ARGUMENTS… VERB`. Exit code 0: done; 10: done before; 20: refused, nothing was done;
//! anything else, a signal or no end in time: not known. What it prints on standard output are its words.

use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::port::{Answer, Asked, Connector, Entry, Order, Verb};

/// The entry of this connector.
pub(super) const ENTRY: Entry = Entry { name: "command", open };

/// Most bytes read of what the program prints.
const MAX_OUTPUT: u64 = 16 * 1024;

/// Settings of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Absolute path of the program.
    program: String,
    /// Its first arguments; the verb comes after them.
    #[serde(default)]
    arguments: Vec<String>,
    /// Seconds until it is ended.
    #[serde(default = "default_seconds")]
    timeout_seconds: u64,
}

const fn default_seconds() -> u64 {
    30
}

struct Program(Settings);

fn open(settings: &Value) -> Result<Box<dyn Connector>, String> {
    let settings: Settings = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
    if !std::path::Path::new(&settings.program).is_absolute() {
        return Err("`program` must be an absolute path: what PATH finds may change".to_owned());
    }
    let most = super::MAX_ANSWER.as_secs();
    if !(1..=most).contains(&settings.timeout_seconds) {
        return Err(format!("`timeout_seconds` must be between 1 and {most}"));
    }
    Ok(Box::new(Program(settings)))
}

impl Connector for Program {
    fn ask<'a>(&'a self, verb: Verb, order: &'a Order) -> Asked<'a> {
        Box::pin(async move {
            let limit = Duration::from_secs(self.0.timeout_seconds);
            match tokio::time::timeout(limit, run(&self.0, verb, order)).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => Answer::Unknown(format!("the program could not be run: {error}")),
                // Dropping the future has killed the program; what it did before is not known.
                Err(_) => Answer::Unknown(format!("the program did not end within {} seconds", limit.as_secs())),
            }
        })
    }
}

async fn run(settings: &Settings, verb: Verb, order: &Order) -> std::io::Result<Answer> {
    let mut child = Command::new(&settings.program)
        .args(&settings.arguments)
        .arg(verb.name())
        // Secrets of our own configuration may stand in the environment.
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let order = serde_json::to_vec(order)?;
    let input = child.stdin.take();
    let output = child.stdout.take();
    let feed = async {
        if let Some(mut input) = input {
            // A program that does not read its input is not wrong: its exit code says what happened.
            let _ = input.write_all(&order).await;
        }
    };
    let ((), words, status) = tokio::join!(feed, read(output), child.wait());
    let words = words?;
    Ok(match status?.code() {
        Some(0) => Answer::Done(words),
        Some(10) => Answer::DoneBefore(words),
        Some(20) => Answer::Refused(words),
        Some(code) => Answer::Unknown(format!("exit code {code}: {words}")),
        None => Answer::Unknown(format!("ended by a signal: {words}")),
    })
}

async fn read(output: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let Some(mut output) = output else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    (&mut output).take(MAX_OUTPUT).read_to_end(&mut bytes).await?;
    // The rest is taken and forgotten, so that the program can end.
    tokio::io::copy(&mut output, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::order;
    use super::*;
    use serde_json::json;

    fn shell(script: &str, seconds: u64) -> Box<dyn Connector> {
        // The tests' "program" is a shell with a fixed script; `$0` is the verb.
        let settings = json!({"program": "/bin/sh", "arguments": ["-c", script], "timeout_seconds": seconds});
        open(&settings).unwrap()
    }

    #[tokio::test]
    async fn exit_codes_and_words_are_told_apart() {
        for (script, expected) in [
            ("echo $0; exit 0", Answer::Done("act".to_owned())),
            ("echo twice; exit 10", Answer::DoneBefore("twice".to_owned())),
            ("echo no; exit 20", Answer::Refused("no".to_owned())),
            ("echo eh; exit 1", Answer::Unknown("exit code 1: eh".to_owned())),
            ("kill -9 $$", Answer::Unknown("ended by a signal: ".to_owned())),
        ] {
            assert_eq!(shell(script, 10).ask(Verb::Act, &order()).await, expected, "{script}");
        }
    }

    #[tokio::test]
    async fn the_order_comes_on_standard_input_and_no_secret_in_the_environment() {
        let answer = shell("cat", 10).ask(Verb::Plan, &order()).await;
        let Answer::Done(words) = answer else { panic!("{answer:?}") };
        assert_eq!(serde_json::from_str::<Order>(&words).unwrap(), order());
        let answer = shell("env | cut -d= -f1 | sort | tr '\\n' ' '", 10).ask(Verb::Plan, &order()).await;
        let words = answer.words();
        // The shell itself adds its folder and its own name.
        let names: Vec<_> =
            words.split(' ').filter(|name| !matches!(*name, "PWD" | "_" | "SHLVL" | "OLDPWD")).collect();
        assert_eq!(names, ["LANG", "PATH"]);
    }

    #[tokio::test]
    async fn a_program_that_hangs_floods_or_does_not_exist_is_not_known() {
        let slow = shell("sleep 60", 1).ask(Verb::Act, &order()).await;
        assert!(matches!(&slow, Answer::Unknown(words) if words.contains("1 seconds")), "{slow:?}");
        let flood = shell("yes 0123456789 | head -c 5000000", 20).ask(Verb::Act, &order()).await;
        let Answer::Done(words) = flood else { panic!("{flood:?}") };
        assert_eq!(words.len() as u64, MAX_OUTPUT);
        let none = open(&json!({"program": "/nonexistent/program"})).unwrap().ask(Verb::Act, &order()).await;
        assert!(matches!(none, Answer::Unknown(_)));
    }

    #[test]
    fn wrong_settings_say_what_is_wrong() {
        for (settings, word) in [
            (json!({"program": "sh"}), "absolute"),
            (json!({"program": "/bin/sh", "timeout_seconds": 0}), "timeout_seconds"),
            (json!({"program": "/bin/sh", "shell": true}), "unknown field `shell`"),
            (json!({}), "program"),
        ] {
            let error = open(&settings).err().unwrap();
            assert!(error.contains(word), "{error}");
        }
    }
}
