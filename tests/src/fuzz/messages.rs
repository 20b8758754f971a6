//! Target `messages`: what host and node say inside a session.

use illuminator_protocol::{EncodeError, ToHost, ToNode, Values, ValuesWriter};

/// Reads bytes as a message to a node, as one to the host, and as values.
///
/// Promise: nothing panics; what can be read can be written in no more bytes, and is the same when it is read again;
/// values that pass their check can be written, and give bytes that read the same.
pub fn messages(data: &[u8]) {
    let mut out = vec![0; data.len()];
    if let Ok(message) = ToNode::decode(data) {
        let len =
            message.encode(&mut out).expect("a message is written in no more bytes than it was read from");
        let again = ToNode::decode(&out[..len]).expect("what was written can be read");
        // As text: a float that is not a number is not equal to itself.
        assert_eq!(format!("{again:?}"), format!("{message:?}"));
        if let ToNode::Step { values: inner, .. } = message {
            values(inner);
        }
    }
    if let Ok(message) = ToHost::decode(data) {
        let len =
            message.encode(&mut out).expect("a message is written in no more bytes than it was read from");
        let again = ToHost::decode(&out[..len]).expect("what was written can be read");
        assert_eq!(format!("{again:?}"), format!("{message:?}"));
        if let ToHost::Done { values: inner, .. } = message {
            values(inner);
        }
    }
    values(Values::from_bytes(data));
}

fn values(values: Values<'_>) {
    let checked = values.check();
    let mut out = vec![0; values.as_bytes().len()];
    let mut writer = ValuesWriter::new(&mut out);
    let mut read = 0;
    for value in values.iter().map_while(Result::ok) {
        read += 1;
        match writer.push(&value) {
            Ok(()) => {}
            Err(error) => {
                assert!(checked.is_err() && error == EncodeError::Nested, "{error}: {value:?}");
                return;
            }
        }
    }
    assert_eq!(values.count(), read);
    let written = writer.finish();
    assert_eq!(written.count(), read);
    assert!(written.check().is_ok(), "values were written that cannot be read");
    let (there, here) = (written.iter(), values.iter().map_while(Result::ok));
    for (written, read) in there.zip(here) {
        assert_eq!(format!("{written:?}"), format!("{:?}", Ok::<_, ()>(read)));
    }
}
