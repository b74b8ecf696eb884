//! XARF v4.2 about a URL, as bare JSON for the API.

use super::Style;
use crate::reporter::Role;
use crate::target::Kind;
use crate::truth::Door;
use crate::xarf4;

pub(crate) const STYLE: Style = Style {
    name: "xarf4_content",
    categories: xarf4::CONTENT,
    targets: &[Kind::Site, Kind::Site, Kind::Host],
    role: Role::Takedown,
    precise: true,
    weight: 8,
    door: Door::Http,
    write: |scene| xarf4::content(scene).to_string().into_bytes(),
    ..Style::MAIL
};
