//! What stands out in a report and shows the kind of abuse: forms of URLs, paths of planted and of bought pages (A18),
//! subjects of the mails that were sent (A46). Rules are data; a hit says which rule it was and on what.

use model::{Category, DetailKind, Observation};
use serde::{Deserialize, Serialize};

mod paths;
mod subjects;

pub(super) use paths::is_planted;
pub use subjects::{SubjectClass, classify};

model::names! {
    /// A rule by which something stands out.
    MarkRule {
        /// The host of a URL is a bare address.
        BareAddress "bare-address",
        /// The URL names a port that is not its scheme's own.
        OddPort "odd-port",
        /// A folder without a name: `//` in the path.
        DoubleSlash "double-slash",
        /// A folder of a content management system, or one that is written by programs.
        CmsFolder "cms-folder",
        /// A folder or file whose name begins with a dot.
        HiddenFolder "hidden-folder",
        /// The path of a bought set of phishing pages.
        KitPath "kit-path",
        /// The subject of a mail that was sent.
        Subject "subject",
    }
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// Which rule.
    pub rule: MarkRule,
    /// The entry of the rule's table: the folder, the pattern, the class of the subject.
    pub entry: String,
    /// The URL or the subject in which it was found.
    pub text: String,
    /// The kind of abuse that it shows by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<Category>,
}

impl Mark {
    /// Most hits kept of one case.
    pub const MOST: usize = 40;
    /// Longest text kept, characters.
    const MAX_TEXT: usize = 200;

    fn new(rule: MarkRule, entry: &str, text: &str, says: Option<Category>) -> Self {
        Self { rule, entry: entry.to_owned(), text: text.chars().take(Self::MAX_TEXT).collect(), says }
    }

    /// Whether it is the subject of a mail that leads to a phishing page: the page may lie on the same machine.
    pub fn asks_for_site(&self) -> bool {
        self.rule == MarkRule::Subject && self.says == Some(Category::Phishing)
    }
}

/// Everything that stands out in one observation.
pub fn marks(seen: &Observation) -> Vec<Mark> {
    let mut found = seen.url.as_deref().map(paths::of_url).unwrap_or_default();
    for subject in seen.noted(DetailKind::Subject) {
        if let Some(class) = classify(subject) {
            found.push(Mark::new(MarkRule::Subject, class.name(), subject, class.says()));
        }
    }
    found
}
