//! XARF v4.2 about an address, as bare JSON for the API.

use super::Style;
use crate::reporter::Role;
use crate::target::Kind;
use crate::truth::Door;
use crate::xarf4;

pub(crate) const STYLE: Style = Style {
    name: "xarf4_json",
    categories: xarf4::ADDRESSES,
    targets: &[Kind::Host, Kind::Host, Kind::Line, Kind::Shared],
    role: Role::Sensor,
    precise: true,
    weight: 12,
    door: Door::Http,
    write: |scene| xarf4::address(scene).to_string().into_bytes(),
    ..Style::MAIL
};
