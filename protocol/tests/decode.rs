//! Decoders meet any bytes: no panic, and what was written is read back.

use illuminator_protocol::{Header, ToHost, ToNode, Value, Values, ValuesWriter};
use proptest::prelude::*;

/// A value that owns what it holds.
#[derive(Clone, Debug)]
enum Owned {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Numpy(f64),
    Text(String),
    List(Vec<Owned>),
    /// Key, value, key, value, …
    Map(Vec<Owned>),
}

fn owned() -> impl Strategy<Value = Owned> {
    let leaf = prop_oneof![
        Just(Owned::Null),
        any::<bool>().prop_map(Owned::Bool),
        any::<i64>().prop_map(Owned::Int),
        any::<f64>().prop_map(Owned::Float),
        any::<f64>().prop_map(Owned::Numpy),
        ".{0,12}".prop_map(Owned::Text),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Owned::List),
            prop::collection::vec([inner.clone(), inner], 0..4).prop_map(|pairs| Owned::Map(pairs.concat())),
        ]
    })
}

fn encode(values: &[Owned]) -> Vec<u8> {
    let mut buffer = vec![0; 1 << 16];
    let mut writer = ValuesWriter::new(&mut buffer);
    for value in values {
        let inner = match value {
            Owned::List(items) | Owned::Map(items) => encode(items),
            _ => Vec::new(),
        };
        let value = match value {
            Owned::Null => Value::Null,
            Owned::Bool(value) => Value::Bool(*value),
            Owned::Int(value) => Value::Int(*value),
            Owned::Float(value) => Value::Float(*value),
            Owned::Numpy(value) => Value::Numpy(*value),
            Owned::Text(value) => Value::Text(value),
            Owned::List(_) => Value::List(Values::from_bytes(&inner)),
            Owned::Map(_) => Value::Map(Values::from_bytes(&inner)),
        };
        writer.push(&value).expect("64 KiB are enough");
    }
    writer.finish().as_bytes().to_vec()
}

/// Whether the encoded values are those that were written, bit for bit.
fn same(read: Values<'_>, written: &[Owned]) -> bool {
    let mut read = read.iter();
    written.iter().all(|written| match (read.next(), written) {
        (Some(Ok(Value::Null)), Owned::Null) => true,
        (Some(Ok(Value::Bool(read))), Owned::Bool(written)) => read == *written,
        (Some(Ok(Value::Int(read))), Owned::Int(written)) => read == *written,
        (Some(Ok(Value::Float(read))), Owned::Float(written)) => read.to_bits() == written.to_bits(),
        (Some(Ok(Value::Numpy(read))), Owned::Numpy(written)) => read.to_bits() == written.to_bits(),
        (Some(Ok(Value::Text(read))), Owned::Text(written)) => read == written,
        (Some(Ok(Value::List(read))), Owned::List(written)) => same(read, written),
        (Some(Ok(Value::Map(read))), Owned::Map(written)) => same(read, written),
        _ => false,
    }) && read.next().is_none()
}

proptest! {
    #[test]
    fn any_bytes_decode_or_fail(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Header::decode(&bytes);
        let _ = ToNode::decode(&bytes);
        let _ = ToHost::decode(&bytes);
        let values = Values::from_bytes(&bytes);
        let errors = values.iter().filter(Result::is_err).count();
        prop_assert!(errors <= 1 && values.count() <= bytes.len());
        prop_assert!(errors == 0 || values.check().is_err());
    }

    #[test]
    fn written_values_are_read_back(values in prop::collection::vec(owned(), 0..10)) {
        let bytes = encode(&values);
        let read = Values::from_bytes(&bytes);
        prop_assert_eq!(read.check(), Ok(()));
        prop_assert!(same(read, &values));
    }
}
