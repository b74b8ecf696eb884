//! Charts as SVG text made by the server: no script, printable, testable as text.
//!
//! Colours come from the style sheet by class. Each chart carries its numbers as text besides (`<title>` of every mark);
//! the pages add a table.

use std::fmt::Write as _;

/// One bar: its label and the numbers stacked in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    /// What stands under or before it.
    pub(crate) label: String,
    /// Numbers from the axis outwards; each has the class `s1`, `s2` …
    pub(crate) values: Vec<i64>,
}

impl Bar {
    fn total(&self) -> i64 {
        self.values.iter().fold(0, |sum, value| sum.saturating_add(*value))
    }
}

/// Width of the label column of [`bars`].
const LABELS: i64 = 220;
/// Height of one horizontal bar with the space after it.
const STEP: i64 = 26;

/// Horizontal stacked bars, one below the other, in `width` units; `name` says what the chart shows.
pub(crate) fn bars(name: &str, bars: &[Bar], width: i64) -> String {
    let most = bars.iter().map(Bar::total).max().unwrap_or(0).max(1);
    let room = (width - LABELS - 70).max(50);
    let height = STEP * i64::try_from(bars.len()).unwrap_or(0) + 4;
    let mut svg = open(name, width, height);
    for (bar, row) in bars.iter().zip(0..) {
        let y = row * STEP + 4;
        let _ = write!(
            svg,
            "<text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LABELS - 10,
            y + 14,
            escape(&bar.label)
        );
        let mut x = LABELS;
        for (value, part) in bar.values.iter().zip(1..) {
            let length = scaled(*value, most, room);
            let _ = write!(
                svg,
                "<rect class=\"s{part}\" x=\"{x}\" y=\"{y}\" width=\"{length}\" height=\"18\" rx=\"2\"><title>{} {}</title></rect>",
                escape(&bar.label),
                text::wording::number(*value)
            );
            x += length;
        }
        let total = bar.total();
        let _ = write!(
            svg,
            "<text class=\"value\" x=\"{}\" y=\"{}\">{}</text>",
            x + 6,
            y + 14,
            text::wording::number(total)
        );
    }
    svg + "</svg>"
}

/// Upright bars side by side (one per day, week or month), labels under every `every`-th.
pub(crate) fn columns(name: &str, bars: &[Bar], width: i64, height: i64, every: usize) -> String {
    let most = bars.iter().map(Bar::total).max().unwrap_or(0).max(1);
    let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
    let (room, step) = (height - 34, (width - 50) / count);
    let mut svg = open(name, width, height);
    for share in [0, 1, 2] {
        let y = 10 + room - room * share / 2;
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"44\" y1=\"{y}\" x2=\"{width}\" y2=\"{y}\"/><text class=\"axis\" x=\"38\" y=\"{}\" text-anchor=\"end\">{}</text>",
            y + 4,
            text::wording::number(i128::from(most) * i128::from(share) / 2)
        );
    }
    for (index, bar) in bars.iter().enumerate() {
        let x = 48 + i64::try_from(index).unwrap_or(0) * step;
        let mut y = 10 + room;
        for (value, part) in bar.values.iter().zip(1..) {
            let length = scaled(*value, most, room);
            y -= length;
            let _ = write!(
                svg,
                "<rect class=\"s{part}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{length}\"><title>{} {}</title></rect>",
                (step - 2).max(1),
                escape(&bar.label),
                text::wording::number(*value)
            );
        }
        if index % every.max(1) == 0 {
            let _ = write!(svg, "<text class=\"axis\" x=\"{x}\" y=\"{}\">{}</text>", height - 6, escape(&bar.label));
        }
    }
    svg + "</svg>"
}

/// A small line of `values` without axes, for the end of a sentence or a cell of a table.
pub(crate) fn sparkline(name: &str, values: &[i64], width: i64, height: i64) -> String {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let last = i64::try_from(values.len()).unwrap_or(1).saturating_sub(1).max(1);
    let mut svg = open(name, width, height);
    let points: Vec<String> = values
        .iter()
        .zip(0..)
        .map(|(value, index): (&i64, i64)| {
            format!("{},{}", 1 + index * (width - 2) / last, height - 2 - scaled(*value, most, height - 4))
        })
        .collect();
    let _ = write!(svg, "<polyline class=\"spark\" points=\"{}\"/>", points.join(" "));
    svg + "</svg>"
}

fn open(name: &str, width: i64, height: i64) -> String {
    format!(
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">",
        escape(name)
    )
}

/// `value` of `most` in `room` units; what is there is seen.
fn scaled(value: i64, most: i64, room: i64) -> i64 {
    let length = i128::from(value.max(0)) * i128::from(room) / i128::from(most.max(1));
    i64::try_from(length).unwrap_or(room).max(i64::from(value > 0))
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, values: &[i64]) -> Bar {
        Bar { label: label.to_owned(), values: values.to_vec() }
    }

    #[test]
    fn bars_are_to_scale_and_hostile_labels_are_text() {
        let svg = bars("by <kind>", &[bar("a<script>", &[50, 50]), bar("b", &[1]), bar("c", &[0])], 390);
        assert!(!svg.contains("<script") && svg.contains("a&lt;script&gt;") && svg.contains("by &lt;kind&gt;"));
        assert!(svg.contains("class=\"s1\" x=\"220\" y=\"4\" width=\"50\""), "{svg}");
        assert!(svg.contains("class=\"s2\" x=\"270\" y=\"4\" width=\"50\""), "{svg}");
        assert!(svg.contains("width=\"1\"") && svg.contains("width=\"0\""), "{svg}");
    }

    #[test]
    fn nothing_and_one_thing_can_be_drawn() {
        for values in [&[][..], &[0], &[7], &[i64::MAX, 1]] {
            assert!(sparkline("x", values, 80, 20).ends_with("</svg>"));
            let bars: Vec<Bar> = values.iter().map(|value| bar("x", &[*value])).collect();
            assert!(columns("x", &bars, 400, 120, 7).ends_with("</svg>"));
        }
        assert!(sparkline("x", &[0, 10], 82, 20).contains("points=\"1,18 81,2\""));
    }
}
