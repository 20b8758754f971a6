//! The one correction to the recorded story: upstream puts what the wind farm's board is to show among the cables
//! of the office building, where no board can show it.

use super::super::{load, text};
use serde_json::Value as Json;

const OFFICE: &str = "Load_EWI_LED_mapping";
const WIND: &str = "Wind_LED_mapping";
const WIND_BOARD: &str = "Wind_LED-0.time-based_0";

/// A step as it should have been: the items for the wind farm's board are where it looks for them.
pub(crate) fn corrected(case: &Json, step: &Json) -> Json {
    let mut step = step.clone();
    if text(case, "model") == "Controller_StoryMode"
        && let Some(office) = step["states"].get_mut(OFFICE).and_then(Json::as_array_mut)
    {
        let moved: Vec<Json> = office.extract_if(.., |item| item["to"] == WIND_BOARD).collect();
        let wind = step["states"][WIND].as_array_mut().unwrap();
        assert_eq!(wind.len(), 0, "upstream never lists anything for the wind farm");
        wind.extend(moved);
    }
    step
}

#[test]
fn only_the_wind_cable_is_corrected() {
    let mut moved = 0;
    for case in &load("cluster_Controller_StoryMode") {
        for step in case["steps"].as_array().unwrap().iter().filter(|step| step.get("states").is_some()) {
            let corrected = corrected(case, step);
            for (name, recorded) in step["states"].as_object().unwrap() {
                match &corrected["states"][name] {
                    Json::Array(items) if name == WIND => {
                        moved += items.len();
                        for item in items {
                            assert_eq!(item["from"], "Grid_Ext_LED-0.time-based_0");
                            assert_eq!(item["to"], WIND_BOARD);
                            assert_eq!(item["direction"], 1);
                            let office = recorded_items(step, OFFICE);
                            assert_eq!(office.iter().filter(|other| *other == item).count(), 1);
                        }
                    }
                    Json::Array(items) if name == OFFICE => {
                        assert_eq!(
                            items.len() + recorded_items(&corrected, WIND).len(),
                            recorded_items(step, name).len()
                        );
                    }
                    same => assert_eq!(same, recorded, "{name}"),
                }
            }
        }
    }
    assert_eq!(moved, 9, "the recording shows the wind cable in two and in seven steps");
}

fn recorded_items<'a>(step: &'a Json, name: &str) -> &'a [Json] {
    step["states"][name].as_array().unwrap()
}
