//! What the user sees: text or JSON on standard output, trouble with its code and remedy on standard error.

use std::io::{BufWriter, Stdout, Write};

use anyhow::Result;
use model::{Code, Lang};
use serde::Serialize;

/// Buffered standard output. A reader that goes away (`| head`) ends the program quietly.
pub(crate) struct Output(BufWriter<Stdout>);

impl Output {
    pub(crate) fn new() -> Self {
        Self(BufWriter::with_capacity(1 << 16, std::io::stdout()))
    }

    /// One line of text.
    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> Result<()> {
        Self::quiet(writeln!(self.0, "{text}"))
    }

    /// A piece of a line.
    pub(crate) fn piece(&mut self, text: impl std::fmt::Display) -> Result<()> {
        Self::quiet(write!(self.0, "{text}"))
    }

    /// One JSON value on a line of its own.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<()> {
        let line = serde_json::to_string(value)?;
        self.line(line)
    }

    /// A remark for whoever watches, on standard error.
    pub(crate) fn remark(text: impl std::fmt::Display) {
        let _ = writeln!(std::io::stderr().lock(), "mimawari: {text}");
    }

    /// Writes out what is buffered.
    pub(crate) fn flush(&mut self) -> Result<()> {
        Self::quiet(self.0.flush())
    }

    fn quiet(result: std::io::Result<()>) -> Result<()> {
        match result {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
            other => Ok(other?),
        }
    }
}

/// Prints why a command failed: what happened, then, if the failure has a code, what to do.
pub(crate) fn failure(lang: Lang, error: &anyhow::Error) {
    let mut stderr = std::io::stderr().lock();
    let said = |cause: &(dyn std::error::Error + 'static)| {
        let refusal = cause.downcast_ref::<desk::DeskError>();
        refusal.map_or_else(|| cause.to_string(), |refusal| refusal.said().text(lang))
    };
    let happened: Vec<_> = error.chain().map(said).collect();
    let _ = writeln!(stderr, "mimawari: {}", happened.join(": "));
    if let Some(code) = code_of(error) {
        let (_, remedy) = text::error(lang, code);
        let _ = writeln!(stderr, "  {code}: {remedy}");
    }
}

/// The stable code of the innermost error that has one.
fn code_of(error: &anyhow::Error) -> Option<Code> {
    error.chain().find_map(|cause| {
        cause
            .downcast_ref::<store::StoreError>()
            .map(store::StoreError::code)
            .or_else(|| cause.downcast_ref::<desk::DeskError>().map(desk::DeskError::code))
            .or_else(|| cause.downcast_ref::<attribution::AttributionError>().map(attribution::AttributionError::code))
            .or_else(|| cause.downcast_ref::<intake::IntakeError>().map(intake::IntakeError::code))
            .or_else(|| cause.downcast_ref::<mailguard::MailguardError>().map(mailguard::MailguardError::code))
            .or_else(|| cause.downcast_ref::<text::TextError>().map(text::TextError::code))
            .or_else(|| cause.downcast_ref::<blocklists::ListError>().map(blocklists::ListError::code))
            .or_else(|| cause.downcast_ref::<std::io::Error>().map(|_| Code("cli.file")))
            .or_else(|| cause.downcast_ref::<toml::de::Error>().map(|_| Code("config.invalid")))
    })
}
