//! Scenes of real scenario files.

use illuminator::plan::{self, Placement};
use illuminator::scenario::{Scenario, load};
use illuminator::shell::DiskFiles;
use illuminator::view::{Component, ITEMS_MAX, Icon, Places, Scene, watched};
use std::path::Path;

fn scenario(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios").join(name);
    let text = std::fs::read_to_string(&path).expect("a scenario of this project");
    load(&text, name, &mut DiskFiles::beside(&path).redirected()).unwrap_or_else(|found| panic!("{found}"))
}

fn scene(scenario: &Scenario, placement: &Placement) -> Scene {
    Scene::of(scenario, placement, Vec::new())
}

fn component<'s>(scene: &'s Scene, name: &str) -> &'s Component {
    scene.components.iter().find(|component| component.name == name).expect(name)
}

#[test]
fn the_town_is_drawn_as_the_file_describes_it() {
    let story = scenario("story.yaml");
    let scene = scene(&story, &Placement::from_connect(&story).unwrap());
    let names: Vec<&str> = scene.components.iter().map(|component| component.name.as_str()).collect();
    let expected = [
        "Weather",
        "WindSpeed",
        "HouseDemand",
        "OfficeDemand",
        "wind",
        "pv",
        "battery",
        "house",
        "office",
        "grid",
    ];
    assert_eq!(names, expected);
    let icons: Vec<Icon> = scene.components.iter().skip(4).map(|component| component.icon).collect();
    assert_eq!(icons, [Icon::Wind, Icon::Pv, Icon::Battery, Icon::House, Icon::Office, Icon::Grid]);
    let grid = component(&scene, "grid");
    let models: Vec<&str> = grid.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(models, ["Controller1", "Grid1"]);
    assert_eq!(grid.node, Some(5));
    let flow = grid.flow.as_ref().unwrap();
    let item = |position: usize| scene.items[position].item.as_str();
    assert_eq!((item(flow.item), flow.sign), ("Controller1.dump", -1.0));
    assert_eq!((flow.feeds.as_str(), flow.draws.as_str()), ("import", "feed-in"));
    let battery = component(&scene, "battery");
    let main: Vec<&str> = battery.main.iter().map(|&position| item(position)).collect();
    assert_eq!(main, ["Battery1.p_out", "Battery1.soc"]);
    assert_eq!(scene.items[battery.main[1]].unit, "%");
    assert_eq!(scene.items[battery.main[0]].unit, "kW");

    let ends = |id: u16| {
        let cable = scene.cables.iter().find(|cable| cable.id == id).unwrap();
        cable.ends.map(|end| scene.components[end.unwrap()].name.as_str())
    };
    assert_eq!((ends(1), ends(3)), (["wind", "grid"], ["grid", "battery"]));
    assert_eq!((scene.tokens[0].id, scene.tokens[0].name.as_str()), (0, "winter"));
    assert_eq!((scene.phases.len(), scene.phases[0].as_str()), (10, "the empty table"));
    let through_no_cable: Vec<&str> =
        scene.links.iter().map(|link| scene.components[link.from].name.as_str()).collect();
    assert_eq!(through_no_cable, ["Weather", "WindSpeed", "HouseDemand", "OfficeDemand"]);
}

#[test]
fn the_drawing_does_not_depend_on_where_models_run() {
    let story = scenario("story.yaml");
    let strip = |placement: &Placement| {
        let mut scene = scene(&story, placement);
        scene.components.iter_mut().for_each(|component| component.node = None);
        scene
    };
    let local = strip(&Placement::local(&story));
    assert_eq!(local, strip(&Placement::simulated(&story, 3)));
    assert_eq!(local, strip(&Placement::from_connect(&story).unwrap()));
}

#[test]
fn what_runs_through_a_cable_is_no_link() {
    let table = scenario("table.yaml");
    let scene = scene(&table, &Placement::local(&table));
    let what: Vec<&str> = scene.links.iter().flat_map(|link| &link.what).map(String::as_str).collect();
    assert!(!what.contains(&"Wind1.wind_gen") && what.contains(&"Weather.Ta"), "{what:?}");
}

#[test]
fn items_are_distinct_bounded_and_can_be_planned() {
    for name in ["story.yaml", "table.yaml", "house.yaml", "battery_day.yaml"] {
        let scenario = scenario(name);
        let watch = watched(&scenario);
        let scene = scene(&scenario, &Placement::local(&scenario));
        assert_eq!(watch.len(), scene.items.len());
        assert!(!watch.is_empty() && watch.len() <= ITEMS_MAX);
        let mut names: Vec<&str> = scene.items.iter().map(|item| item.item.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), watch.len(), "{name}");
        for placement in [Placement::local(&scenario), Placement::simulated(&scenario, 3)] {
            let plan = plan::plan(&scenario, &placement, &watch).unwrap();
            assert_eq!(plan.watched.len(), watch.len());
        }
    }
}

#[test]
fn places_find_what_a_moment_needs() {
    let story = scenario("story.yaml");
    let (places, scene) = (Places::of(&story), scene(&story, &Placement::local(&story)));
    let name = |position: Option<usize>| scene.items[position.unwrap()].item.as_str();
    assert_eq!(name(places.phase), "story.phase");
    assert_eq!((name(places.powers[0]), name(places.cables[0])), ("Wind1.wind_gen", "story.cable_1"));
    assert_eq!(name(places.tokens[0]), "story.cable_0");
    assert_eq!((places.time(0), places.time(5)), (scene.start, "2024-06-20T07:15:00".to_owned()));
    assert!(places.time(u64::MAX).starts_with("9999"));
}
