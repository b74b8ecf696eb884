//! The two languages of the product.

use serde::{Deserialize, Serialize};

/// A language a person reads: Japanese first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Both, in the order of the product.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The first of the two that an `Accept-Language` or `LANG` value names; Japanese if neither is named.
    pub fn preferred(header: &str) -> Self {
        header
            .split([',', ':'])
            .find_map(|item| match item.trim().get(..2)?.to_ascii_lowercase().as_str() {
                "ja" => Some(Self::Ja),
                "en" => Some(Self::En),
                _ => None,
            })
            .unwrap_or_default()
    }
}

impl std::str::FromStr for Lang {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ja" => Ok(Self::Ja),
            "en" => Ok(Self::En),
            other => Err(format!("`{other}` is not a language of this program: use ja or en")),
        }
    }
}
