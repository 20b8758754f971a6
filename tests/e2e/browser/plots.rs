//! Plots of the page, and all about a component.

use super::Seen;
use illuminator_tests::browser::Browser;
use illuminator_tests::programs::until;
use serde_json::json;

const CANVAS: &str = "#plots canvas";

#[test]
fn two_items_are_plotted_zoomed_and_read_at_a_cursor() {
    let Some(seen) = Seen::story(&["--web-keep", "--web", "0"]) else { return };
    let browser = &seen.browser;
    seen.shows_state("ended");
    browser.run(
        "document.querySelectorAll('#plots [data-do=remove]').forEach((each) => each.click())",
        json!([]),
    );
    until("an empty plot", || legend(browser).is_empty());
    browser.click("#plots [data-do=add-item]");
    for (words, item) in [("battery soc", "Battery1.soc"), ("wind_g kw", "Wind1.wind_gen")] {
        browser.fill("[data-do=search-items]", words);
        until("one item is found", || browser.count("[data-pick]") == 1);
        browser.click(&format!("[data-pick=\"{item}\"]"));
    }
    until("both are in the plot", || legend(browser) == ["Battery1.soc", "Wind1.wind_gen"]);
    until("the whole run is asked for", || asked(browser).is_some_and(|(from, to)| (from, to) == (0, 168)));
    until("lines in two colours and more", || colours(browser) > 3);
    // The middle third.
    let [_, _, width, _] = browser.place(CANVAS);
    let third = width as i32 / 3;
    browser.drag(CANVAS, (-third / 2, 0), (third, 0));
    let zoomed = |(from, to): (u64, u64)| from > 20 && to < 148 && (30..90).contains(&(to - from));
    until("less is asked for", || asked(browser).is_some_and(zoomed));
    browser.point(CANVAS);
    let when = browser.text("#plots .when");
    assert!(when.contains("2024"), "{when}");
    let value = browser.text("#plots [data-item=\"Battery1.soc\"] .number");
    assert!(value.parse::<f64>().is_ok(), "{value}");
    browser.run("document.querySelector(arguments[0]).focus()", json!(CANVAS));
    browser.click("#plots [data-do=zoom-all]");
    until("the whole run again", || asked(browser) == Some((0, 168)));
    seen.assert_quiet();
}

#[test]
fn a_pressed_card_tells_all_about_its_component() {
    let Some(seen) = Seen::paused_story() else { return };
    let browser = &seen.browser;
    browser.click("[data-component=battery]");
    until("the panel", || browser.count("#panel") == 1);
    let text = browser.text("#panel");
    for part in ["Battery1 (Battery)", "127.0.0.1:", "Battery1.soc", "Identify"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    until("its node is live", || browser.text("#panel .link") == "live");
    until("a plot of its values", || {
        browser.count("#panel canvas") == 1 && browser.count("#panel .legend li") > 0
    });
    browser.click("#panel [data-do=close]");
    until("no panel", || browser.count("#panel") == 0);
    seen.assert_quiet();
}

/// The items in the legend.
fn legend(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('#plots .legend [data-item]')].map((each) => each.dataset.item)";
    serde_json::from_value(browser.run(script, json!([]))).expect("texts")
}

/// The steps that the page asked for last.
fn asked(browser: &Browser) -> Option<(u64, u64)> {
    let script = "const url = performance.getEntriesByType('resource').findLast(({name}) => name.includes('/series?'))?.name; \
                  if (url === undefined) return null; const query = new URL(url).searchParams; \
                  return [Number(query.get('from')), Number(query.get('to'))]";
    serde_json::from_value(browser.run(script, json!([]))).expect("two numbers or none")
}

/// How many colours the plot has.
fn colours(browser: &Browser) -> u64 {
    let script = "const canvas = document.querySelector(arguments[0]); \
                  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; \
                  return new Set(new Uint32Array(data.buffer)).size";
    browser.run(script, json!(CANVAS)).as_u64().expect("a number")
}
