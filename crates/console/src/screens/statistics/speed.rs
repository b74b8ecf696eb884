//! The speed: time to the first action and to the end of the abuse, against one, three and five business days (B24).

use std::borrow::Borrow;

use askama::Template;
use axum::response::Response;
use desk::stats::{Speed, SpeedReport, TARGET_DAYS, year_span};
use jiff::SignedDuration;
use model::Permission;

use super::{ENTRY, Head};
use crate::Failure;
use crate::charts::{self, Bar};
use crate::screens::page::{Page, Visit, show};

/// One step and how fast it was.
struct Step {
    name: String,
    speed: Speed,
}

#[derive(Template)]
#[template(path = "statistics-speed.html")]
struct SpeedPage {
    page: Page,
    head: Head,
    opened: i64,
    steps: Vec<Step>,
    parts: Vec<String>,
    targets: [u32; 3],
    chart: String,
}

impl SpeedPage {
    fn days(&self, days: impl Borrow<Option<u32>>) -> String {
        days.borrow().map_or_else(|| "–".to_owned(), |days| self.page.tc("duration-days", i64::from(days)))
    }

    fn target(&self, days: impl Borrow<u32>) -> String {
        self.page.tc("statistics-target", i64::from(*days.borrow()))
    }

    fn length(&self, micros: impl Borrow<i64>) -> String {
        text::wording::duration(self.page.lang, SignedDuration::from_micros((*micros.borrow()).max(0)))
    }
}

impl Step {
    /// Cases that have the step.
    fn count(&self) -> i64 {
        count(&self.speed)
    }
}

pub(super) async fn show_speed(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page(ENTRY.title);
    let head = Head::of(&visit, &page, "speed")?;
    let SpeedReport { opened, first_action, fix } = visit.state.desk.speed(year_span(head.year)?).await?;
    let steps = [("pace-first", first_action), ("pace-close", fix)];
    let bars: Vec<Bar> = steps.iter().map(|(name, speed)| bar(page.t(name), speed, opened)).collect();
    let [one, three, five] = TARGET_DAYS.map(|days| page.tc("statistics-within", i64::from(days)));
    let over = page.tc("statistics-over", i64::from(TARGET_DAYS[2]));
    show(&SpeedPage {
        chart: charts::bars(&page.t("statistics-speed"), &bars, 640),
        steps: steps.map(|(name, speed)| Step { name: page.t(name), speed }).into(),
        parts: vec![one, three, five, over, page.t("statistics-without")],
        targets: TARGET_DAYS,
        opened,
        head,
        page,
    })
}

fn count(speed: &Speed) -> i64 {
    speed.elapsed.map_or(0, |spread| spread.count)
}

/// The cases of a span by the target that they kept first, then those over the last one, then those without the step.
fn bar(label: String, speed: &Speed, opened: i64) -> Bar {
    let mut values = Vec::new();
    let mut kept = 0;
    for within in &speed.within {
        values.push(within.business - kept);
        kept = within.business;
    }
    values.extend([count(speed) - kept, opened - count(speed)]);
    Bar { label, values }
}

#[cfg(test)]
mod tests {
    use desk::stats::Within;
    use store::stats::Spread;

    use super::*;

    #[test]
    fn a_bar_has_every_case_once() {
        let within = |days, business| Within { days, calendar: 0, business };
        let speed = Speed {
            elapsed: Some(Spread { count: 20, median_us: 1, p90_us: 2 }),
            median_business_days: Some(1),
            p90_business_days: Some(6),
            within: vec![within(1, 9), within(3, 12), within(5, 16)],
        };
        assert_eq!(bar("x".to_owned(), &speed, 25).values, [9, 3, 4, 4, 5]);
    }
}
