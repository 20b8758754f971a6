//! The units of columns, from the model types of the scenario.

use crate::scenario::{ModelEntry, Scenario};
use illuminator_node::model::{Const, KeyDefault};
use illuminator_node::value::Value;
use illuminator_protocol::Unit;

/// The unit of the column `model.attribute`: that of the model's own output or state, else that of the inputs which the
/// attribute is connected to, if they agree. `None` where the scenario does not say.
pub(super) fn unit_of(scenario: &Scenario, column: &str) -> Option<Unit> {
    let (model_index, attribute_index) = find(scenario, column)?;
    let model = &scenario.models[model_index];
    let name = &model.attributes[attribute_index].name;
    let mut ports = model.model_type.outputs.iter().chain(model.model_type.states);
    if let Some(port) = ports.find(|port| port.name == name) {
        return Some(per_step(port.unit, model, "output_type"));
    }
    let mut fed = (scenario.connections.iter())
        .filter(|wire| (wire.from_model, wire.from_attribute) == (model_index, attribute_index))
        .filter_map(|wire| {
            let to = &scenario.models[wire.to_model];
            Some(per_step(to.model_type.inputs.get(wire.to_input?)?.unit, to, "input_type"))
        });
    let first = fed.next()?;
    fed.all(|unit| unit == first).then_some(first)
}

/// The unit of a port: some models count the energy of a step instead of the power if a parameter says so.
fn per_step(unit: Unit, model: &ModelEntry, parameter: &'static str) -> Unit {
    let unset = || {
        let parameter = model.model_type.parameters.iter().find(|known| known.name == parameter)?;
        if let KeyDefault::Value(Const::Text(text)) = parameter.key_default { Some(text) } else { None }
    };
    let quantity = match model.settings.parameters.get(parameter) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => unset(),
    };
    if unit == Unit::Kilowatt && quantity == Some("energy") { Unit::KilowattHour } else { unit }
}

fn find(scenario: &Scenario, column: &str) -> Option<(usize, usize)> {
    scenario.models.iter().enumerate().find_map(|(index, model)| {
        let attribute = column.strip_prefix(&model.name)?.strip_prefix('.')?;
        let position = model.attributes.iter().position(|other| other.name == attribute)?;
        Some((index, position))
    })
}

/// What is written along an axis: the quantity where the unit says it, and the unit.
pub(super) fn axis_label(unit: Unit) -> String {
    let quantity = match unit {
        Unit::Watt | Unit::Kilowatt | Unit::Megawatt => "Power",
        Unit::KilowattHour => "Energy",
        Unit::EuroPerMegawattHour => "Price",
        Unit::WattPerSquareMetre => "Irradiance",
        Unit::SquareMetre => "Area",
        Unit::Litre | Unit::CubicMetre => "Volume",
        Unit::CubicMetrePerMinute | Unit::CubicMetrePerHour => "Volume flow",
        Unit::KilogramPerSecond | Unit::KilogramPerHour => "Mass flow",
        Unit::Bar => "Pressure",
        Unit::Millimetre | Unit::Metre => "Length",
        Unit::Kilogram => "Mass",
        Unit::KilogramPerCubicMetre => "Density",
        Unit::MetrePerSecond => "Speed",
        Unit::Kelvin | Unit::DegreeCelsius => "Temperature",
        Unit::Degree => "Angle",
        Unit::Minute | Unit::Second => "Time",
        // The unit alone says all that is known.
        Unit::One | Unit::Percent | Unit::Euro | Unit::KilowattHourPerKilogram | Unit::Text => {
            return unit.symbol().to_owned();
        }
    };
    format!("{quantity} ({unit})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Files, example, load};
    use illuminator_node::model::registry::find;
    use std::sync::Arc;

    /// What households need, in a file.
    struct OneFile;

    impl Files for OneFile {
        fn read(&mut self, _path: &str) -> Result<Arc<str>, String> {
            let rows = [0, 15, 30, 45].map(|minute| format!("2024-06-20 00:{minute:02}:00,1\n"));
            Ok(format!("title\ndate,state1\n{}", rows.concat()).into())
        }

        fn directory_exists(&mut self, _path: &str) -> bool {
            true
        }
    }

    /// The units of what a household is given and of what it needs.
    fn units(text: &str) -> [Option<Unit>; 2] {
        let scenario = load(text, "s.yaml", &mut OneFile).unwrap_or_else(|findings| panic!("{findings}"));
        ["load.state1", "Load1.load_dem"].map(|column| unit_of(&scenario, column))
    }

    #[test]
    fn units_are_those_of_the_model_and_of_what_it_feeds() {
        let dummy = "type: Dummy, parameters: {param1: 0.4}";
        let file =
            "type: CSV, parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}";
        let text = example(find("Load").expect("it is a model type"));
        assert!(text.contains(dummy), "{text}");
        let text = text.replace(dummy, file);
        assert!(text.contains("input_type: 'energy'") && text.contains("output_type: 'power'"), "{text}");
        assert_eq!(units(&text), [Some(Unit::KilowattHour), Some(Unit::Kilowatt)]);
        let other = text.replace("'energy'", "'?'").replace("'power'", "'energy'").replace("'?'", "'power'");
        assert_eq!(units(&other), [Some(Unit::Kilowatt), Some(Unit::KilowattHour)]);
        // What the model does where neither is said.
        let unsaid: String =
            text.lines().filter(|line| !line.contains("put_type")).map(|line| format!("{line}\n")).collect();
        assert_eq!(units(&unsaid), [Some(Unit::Kilowatt), Some(Unit::KilowattHour)]);
        let scenario = load(&text, "s.yaml", &mut OneFile).unwrap_or_else(|findings| panic!("{findings}"));
        for column in ["story.phase", "Load1.nothing", "Load1", ""] {
            assert_eq!(unit_of(&scenario, column), None, "{column}");
        }
    }
}
