//! Compiling, checking and rendering templates, within limits.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, filters, tests};
use model::{Category, CauseClass, Control, Lang};

use super::context::MailContext;
use super::kind::{MailKind, Part};
use super::{builtin, lint, rules, sample, tidy, view};
use crate::catalogue;
use crate::failure::TextError;

/// Steps that one mail may take; the largest of ours, with 20 events of 20 lines each, stays below 8,000.
const FUEL: u64 = 60_000;
/// The subject's line and the empty line below it.
const HEAD_LINES: usize = 2;

/// A mail, ready to be sent: one line of subject, lines of body that end in `\n` and hold at most 998 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// Subject, decoded, at most 151 characters.
    pub subject: String,
    /// Plain text, at most 256 KiB.
    pub body: String,
}

/// All templates of both languages, compiled. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Templates {
    ja: Environment<'static>,
    en: Environment<'static>,
}

impl Templates {
    /// The templates as delivered.
    pub fn builtin() -> Result<Self, TextError> {
        Ok(Self { ja: environment(Lang::Ja)?, en: environment(Lang::En)? })
    }

    /// The delivered templates with some replaced: `("ja/customer-reminder", text)`. Text of a mail begins with
    /// `Subject: …` and an empty line; a part (`ja/parts/notes`) is text only.
    ///
    /// Every mail of a language in which something was replaced is rendered with invented facts of all kinds; the first
    /// mistake is returned with template, line and remedy.
    pub fn with_overrides<N, T>(overrides: impl IntoIterator<Item = (N, T)>) -> Result<Self, TextError>
    where
        N: AsRef<str>,
        T: AsRef<str>,
    {
        let mut templates = Self::builtin()?;
        let mut touched = Vec::new();
        for (name, text) in overrides {
            let (lang, short) = split_name(name.as_ref())?;
            check_text(lang, &short, text.as_ref())?;
            add(templates.of_mut(lang), lang, &short, text.as_ref())?;
            if !touched.contains(&lang) {
                touched.push(lang);
            }
        }
        for lang in touched {
            templates.check(lang)?;
        }
        Ok(templates)
    }

    /// Renders every mail of `lang` with invented facts of all kinds.
    pub fn check(&self, lang: Lang) -> Result<(), TextError> {
        for kind in MailKind::ALL {
            for context in sample::all(lang, *kind) {
                let mail = self.render(*kind, lang, &context)?;
                check_parts(*kind, lang, &mail)?;
            }
        }
        Ok(())
    }

    /// Writes the mail of `kind` in `lang` from the facts.
    pub fn render(&self, kind: MailKind, lang: Lang, context: &MailContext) -> Result<RenderedMail, TextError> {
        require(kind, context)?;
        let facts = view::view(lang, context);
        let subject = self.run(kind, lang, &format!("{kind}/subject"), &facts)?;
        let body = self.run(kind, lang, kind.name(), &facts)?;
        Ok(RenderedMail { subject: tidy::subject(&subject), body: tidy::body(&body) })
    }

    fn run(&self, kind: MailKind, lang: Lang, name: &str, facts: &minijinja::Value) -> Result<String, TextError> {
        let mut written = tidy::Bounded::default();
        let done = self
            .of(lang)
            .get_template(name)
            .and_then(|template| template.render_captured_to(facts, &mut written).map(drop));
        match done {
            Ok(()) => Ok(written.into_string()),
            Err(error) => Err(explain(kind, lang, name, &error)),
        }
    }

    const fn of(&self, lang: Lang) -> &Environment<'static> {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }

    const fn of_mut(&mut self, lang: Lang) -> &mut Environment<'static> {
        match lang {
            Lang::Ja => &mut self.ja,
            Lang::En => &mut self.en,
        }
    }
}

/// An environment that knows two functions, two filters and two tests, and nothing else.
fn environment(lang: Lang) -> Result<Environment<'static>, TextError> {
    let mut env = Environment::empty();
    if let Ok(syntax) =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
    {
        env.set_syntax(syntax);
    }
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_debug(false);
    env.add_filter("length", filters::length);
    env.add_filter("upper", filters::upper);
    env.add_test("none", tests::is_none);
    env.add_test("defined", tests::is_defined);
    env.add_function("t", move |key: &str| look_up(lang, key));
    env.add_function("section", move |key: &str| look_up(lang, key).map(|heading| section(lang, &heading)));
    env.set_formatter(print);
    for (name, text) in builtin::all(lang) {
        add(&mut env, lang, name, text)?;
    }
    Ok(env)
}

fn look_up(lang: Lang, key: &str) -> Result<String, minijinja::Error> {
    if catalogue::has(lang, key) {
        return Ok(catalogue::t(lang, key));
    }
    Err(minijinja::Error::new(ErrorKind::UndefinedError, format!("the catalogue has no text `{key}`")))
}

/// A heading: `■ 見出し` in Japanese, underlined in English.
fn section(lang: Lang, heading: &str) -> String {
    match lang {
        Lang::Ja => format!("■ {heading}"),
        Lang::En => format!("{heading}\n{}", "-".repeat(heading.chars().count())),
    }
}

/// Prints a value: numbers grouped, `none` not at all, for a mail in which "none" stands is worse than no mail.
fn print(
    out: &mut minijinja::Output<'_>,
    _: &mut minijinja::State<'_, '_>,
    value: &minijinja::Value,
) -> Result<(), minijinja::Error> {
    if value.is_none() || value.is_undefined() {
        return Err(minijinja::Error::new(ErrorKind::UndefinedError, "the value is not always known"));
    }
    let written = if value.is_number() {
        out.write_str(&crate::wording::group(&value.to_string()))
    } else if let Some(text) = value.as_str() {
        out.write_str(text)
    } else {
        write!(out, "{value}")
    };
    written.map_err(|error| minijinja::Error::new(ErrorKind::WriteFailure, "cannot write").with_source(error))
}

/// Adds a mail as two templates, so that nothing in a body can reach the subject, or a part as one.
fn add(env: &mut Environment<'static>, lang: Lang, name: &str, text: &str) -> Result<(), TextError> {
    let text = text.replace("\r\n", "\n");
    if name.starts_with("parts/") {
        return env.add_template_owned(name.to_owned(), text).map_err(|error| template_error(lang, name, &error));
    }
    let (subject, body) = split_subject(&text).ok_or_else(|| TextError::Template {
        template: format!("{}/{name}", lang.tag()),
        line: 1,
        problem: "the template does not begin with a subject".to_owned(),
        remedy: "write `Subject: …` in the first line and leave the second empty".to_owned(),
    })?;
    env.add_template_owned(format!("{name}/subject"), subject.to_owned())
        .and_then(|()| env.add_template_owned(name.to_owned(), body.to_owned()))
        .map_err(|error| template_error(lang, name, &error))
}

fn split_subject(text: &str) -> Option<(&str, &str)> {
    let (subject, body) = text.strip_prefix("Subject: ")?.split_once('\n')?;
    Some((subject.trim(), body.strip_prefix('\n')?)).filter(|(subject, _)| !subject.is_empty())
}

fn split_name(name: &str) -> Result<(Lang, String), TextError> {
    let unknown = || TextError::NoSuchTemplate { name: name.chars().take(100).collect() };
    let (lang, short) = name.split_once('/').ok_or_else(unknown)?;
    let lang: Lang = lang.parse().map_err(|_| unknown())?;
    builtin::source(lang, short).ok_or_else(unknown)?;
    Ok((lang, short.to_owned()))
}

/// The rules that need no rendering: the small language, and no accusation.
fn check_text(lang: Lang, name: &str, text: &str) -> Result<(), TextError> {
    let template = || format!("{}/{name}", lang.tag());
    rules::check(text).map_err(|broken| TextError::Template {
        template: template(),
        line: broken.line,
        problem: broken.problem,
        remedy: broken.remedy,
    })?;
    let judges = name.parse::<MailKind>().is_ok_and(MailKind::judges);
    match lint::accusations(lang, text).first() {
        Some(found) if !judges => Err(TextError::Template {
            template: template(),
            line: found.line,
            problem: format!("“{}” accuses the customer, who is usually the victim", found.phrase),
            remedy: "say what was reported and that the service may have been misused by somebody else".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// A notice without one of its parts must not go out (A41).
fn check_parts(kind: MailKind, lang: Lang, mail: &RenderedMail) -> Result<(), TextError> {
    let lacking = Part::ALL.iter().find(|part| !mail.body.contains(&part.heading(lang)));
    match lacking {
        Some(part) if kind.is_notice() => Err(TextError::Template {
            template: format!("{}/{kind}", lang.tag()),
            line: 1 + HEAD_LINES,
            problem: format!("the notice lacks the part “{}”", part.heading(lang)),
            remedy: format!(
                "add {{{{ section(\"mail-part-{part}\") }}}} with its text, or include parts/customer-parts"
            ),
        }),
        _ => Ok(()),
    }
}

/// The facts that a kind can't do without.
fn require(kind: MailKind, context: &MailContext) -> Result<(), TextError> {
    if context.audience() != kind.audience() {
        return Err(TextError::WrongAudience { kind, expected: kind.audience(), given: context.audience() });
    }
    let field = match context {
        MailContext::Customer(facts) | MailContext::Reseller(facts) => match kind {
            MailKind::CustomerMeasure | MailKind::CustomerCancel if facts.measure.is_none() => "measure",
            // A contract is not ended before somebody has set the cause (D02).
            MailKind::CustomerCancel if facts.cause == CauseClass::Unknown => "cause",
            MailKind::CustomerClosed if facts.exit.is_none() => "exit",
            MailKind::ResellerForward if facts.deadline.is_none() => "deadline",
            _ if kind.is_notice() && facts.deadline.is_none() => "deadline",
            _ => return Ok(()),
        },
        MailContext::Reporter(facts) => match kind {
            MailKind::ReporterAsk if facts.missing.is_empty() => "missing",
            MailKind::ReporterOutcome if facts.exit.is_none() => "exit",
            _ => return Ok(()),
        },
    };
    Err(TextError::MissingFact { kind, field })
}

fn explain(kind: MailKind, lang: Lang, name: &str, error: &minijinja::Error) -> TextError {
    let mut cause = error;
    // An error inside an included part is wrapped once for each level.
    while let (ErrorKind::BadInclude, Some(inner)) =
        (cause.kind(), std::error::Error::source(cause).and_then(|source| source.downcast_ref()))
    {
        cause = inner;
    }
    match cause.kind() {
        ErrorKind::OutOfFuel => TextError::Limit { kind, lang, limit: "the template takes too many steps" },
        ErrorKind::WriteFailure => TextError::Limit { kind, lang, limit: "the mail is longer than 256 KiB" },
        ErrorKind::UndefinedError => with_names(kind, lang, template_error(lang, name, cause)),
        _ => template_error(lang, name, cause),
    }
}

/// Adds to the remedy which names there are.
fn with_names(kind: MailKind, lang: Lang, error: TextError) -> TextError {
    match error {
        TextError::Template { template, line, problem, remedy } => {
            let mut names: Vec<String> = names(kind, lang);
            for name in &mut names {
                name.truncate(name.find(['.', '[']).unwrap_or(name.len()));
            }
            names.dedup();
            TextError::Template {
                template,
                line,
                problem,
                remedy: format!("{remedy}; there are: {}", names.join(", ")),
            }
        }
        other => other,
    }
}

/// Every value that a template of `kind` can print, in the order of the alphabet: `case_number`, `events[].ip`,
/// `provider.name`. For the reference and for an editor's help.
pub fn names(kind: MailKind, lang: Lang) -> Vec<String> {
    view::names(&view::view(lang, &MailContext::sample(lang, kind, Category::Spam, Control::Managed)))
}

/// Says where and what to do; lines are counted as in the whole text of the template.
fn template_error(lang: Lang, name: &str, error: &minijinja::Error) -> TextError {
    let place = error.name().unwrap_or(name);
    let offset = if place.starts_with("parts/") || place.ends_with("/subject") { 0 } else { HEAD_LINES };
    let remedy = match error.kind() {
        ErrorKind::UndefinedError => "ask {% if … %} before printing what may be absent, and use only names that exist",
        ErrorKind::SyntaxError => "compare the line with the delivered template; tags are {{ value }} and {% if … %}",
        ErrorKind::TemplateNotFound | ErrorKind::BadInclude => "include one of the delivered parts by its name",
        ErrorKind::UnknownFilter => "the filters are length and upper",
        ErrorKind::UnknownTest => "the tests are none and defined",
        ErrorKind::UnknownFunction => "the functions are t(\"key\") and section(\"key\")",
        _ => "compare the line with the delivered template",
    };
    TextError::Template {
        template: format!("{}/{}", lang.tag(), place.trim_end_matches("/subject")),
        line: error.line().unwrap_or(1) + offset,
        problem: error
            .detail()
            .map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind())),
        remedy: remedy.to_owned(),
    }
}
