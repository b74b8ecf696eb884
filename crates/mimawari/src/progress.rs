//! Progress bars on standard error for long work; silent where nobody watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` items, called `what`.
pub(crate) fn bar(total: u64, what: &str) -> ProgressBar {
    styled(total, what, "{msg:24} {bar:32} {human_pos:>9}/{human_len}  {per_sec:>12}  {eta:>4}")
}

/// A bar over `total` bytes, called `what`.
pub(crate) fn bytes(total: u64, what: &str) -> ProgressBar {
    styled(total, what, "{msg:24} {bar:32} {bytes:>9}/{total_bytes}  {bytes_per_sec:>12}  {eta:>4}")
}

/// A sign of life for work whose length is not known.
pub(crate) fn spinner(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}

fn styled(total: u64, what: &str, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
