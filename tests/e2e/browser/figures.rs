//! What a page weighs, and when it is there.

use super::Seen;
use serde_json::json;
use std::io::Write as _;

/// Most that a page may weigh `[bytes]`.
const WEIGHT_MAX: u64 = 300_000;
/// Loads, of which the one in the middle counts.
const LOADS: usize = 5;

#[test]
fn a_page_weighs_less_than_300_kb() {
    let Some(seen) = Seen::story(&["--pace", "0.2"]) else { return };
    for path in ["/", "/nodes", "/kiosk/house"] {
        let mut paints_ms = Vec::new();
        for load in 0..LOADS {
            seen.browser.forget();
            seen.browser.open(seen.run.page.address, path);
            if load == 0 {
                let weight = number(
                    &seen,
                    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')] \
                                            .reduce((sum, {transferSize}) => sum + transferSize, 0)",
                ) as u64;
                // The page itself, so that what is counted is there.
                assert!((10_000..WEIGHT_MAX).contains(&weight), "{path}: {weight} bytes");
                let _ = writeln!(std::io::stderr(), "{path} weighs {weight} bytes");
            }
            seen.browser
                .until("a paint", "return performance.getEntriesByName('first-contentful-paint').length > 0");
            paints_ms
                .push(number(&seen, "performance.getEntriesByName('first-contentful-paint')[0].startTime"));
        }
        paints_ms.sort_by(f64::total_cmp);
        let _ = writeln!(std::io::stderr(), "{path} is painted after {:.0} ms", paints_ms[LOADS / 2]);
    }
    seen.assert_quiet();
}

fn number(seen: &Seen, script: &str) -> f64 {
    seen.browser.run(&format!("return {script}"), json!([])).as_f64().expect("a number")
}
