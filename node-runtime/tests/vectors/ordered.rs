//! Recorded cases with the order of their keys, which is the order of columns, plants and companies.

use illuminator_node::value::Value;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use std::fmt;
use std::ops::Deref;

/// A case, read twice: as JSON, and with its order.
#[derive(Clone)]
pub(crate) struct Case {
    json: Json,
    ordered: Value,
}

impl Case {
    /// The cases of a file.
    pub(crate) fn all(text: &str) -> Vec<Self> {
        let json: Vec<Json> = serde_json::from_str(text).unwrap();
        let ordered: Vec<Ordered> = serde_json::from_str(text).unwrap();
        json.into_iter().zip(ordered).map(|(json, Ordered(ordered))| Self { json, ordered }).collect()
    }

    /// The same case with other steps, given as JSON.
    pub(crate) fn with_steps(&self, steps: &str) -> Self {
        let mut case = self.clone();
        case.json["steps"] = serde_json::from_str(steps).unwrap();
        let Ordered(ordered) = serde_json::from_str(steps).unwrap();
        let Value::Map(entries) = &mut case.ordered else { panic!("a case is a mapping") };
        entries.retain(|(key, _)| key.as_text() != Some("steps"));
        entries.push((Value::Text("steps".to_owned()), ordered));
        case
    }

    /// The value of a key; null if it is not there.
    pub(crate) fn ordered(&self, key: &str) -> &Value {
        at(&self.ordered, key)
    }

    /// What arrives at an input in a step.
    pub(crate) fn input(&self, step: usize, name: &str) -> &Value {
        let Value::List(steps) = self.ordered("steps") else { return &Value::Null };
        at(at(&steps[step], "inputs"), name)
    }
}

impl Deref for Case {
    type Target = Json;

    fn deref(&self) -> &Json {
        &self.json
    }
}

/// The value of a key; null if it is not there.
pub(crate) fn at<'a>(value: &'a Value, key: &str) -> &'a Value {
    let Value::Map(entries) = value else { return &Value::Null };
    let entry = entries.iter().find(|(name, _)| name.as_text() == Some(key));
    entry.map_or(&Value::Null, |(_, value)| value)
}

struct Ordered(Value);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InOrder).map(Self)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Int(number.try_into().unwrap()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Ordered(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some((key, Ordered(value))) = entries.next_entry()? {
            map.push((Value::Text(key), value));
        }
        Ok(Value::Map(map))
    }
}
