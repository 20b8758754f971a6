//! Bids as they travel: `[time, quantity, price]`, alone or in lists within lists.

use crate::model::StepError;
use crate::scalar::Scalar;
use crate::value::Value;

/// A quantity at a price, for one period.
#[derive(Clone)]
pub(super) struct Bid {
    /// The period: any value, the same for all who mean the same period.
    pub(super) time: Value,
    /// Power `[kW]`, at least 0.
    pub(super) quantity: Scalar,
    /// Price `[1/kWh]`.
    pub(super) price: Scalar,
}

impl Bid {
    /// The bid in `[time, quantity, price]`.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let Value::List(items) = value else { return None };
        let [time, quantity, price] = items.as_slice() else { return None };
        let number = |value: &Value| value.as_scalar().filter(|number| number.value().is_finite());
        let quantity = number(quantity).filter(|quantity| quantity.is_number() && *quantity >= 0.0)?;
        let price = number(price).filter(|price| price.is_number())?;
        (!matches!(time, Value::List(_))).then(|| Self { time: time.clone(), quantity, price })
    }

    /// The bid as a value.
    pub(super) fn value(&self) -> Value {
        let number = Value::from_scalar;
        Value::List(vec![self.time.clone(), number(self.quantity), number(self.price)])
    }
}

/// Collects what `read` finds in a value: one, or lists of them, however nested. Null holds none.
///
/// # Errors
/// Something is neither a list nor what is read.
pub(super) fn collect<T>(
    value: Option<&Value>,
    form: &str,
    read: fn(&Value) -> Option<T>,
) -> Result<Vec<T>, StepError> {
    let mut found = Vec::new();
    // Values are bounded in depth, so that this stack is, too.
    let mut open: Vec<&Value> = value.into_iter().collect();
    while let Some(value) = open.pop() {
        match (read(value), value) {
            (Some(item), _) => found.push(item),
            (None, Value::Null) => {}
            (None, Value::List(items)) => open.extend(items.iter().rev()),
            (None, other) => {
                let problem = format!("bids must be lists of {form}, and one holds {}", other.describe());
                return Err(StepError::Other(problem));
            }
        }
    }
    Ok(found)
}

/// Whether two values mean the same period: 1 and 1.0 do.
pub(super) fn same_time(a: &Value, b: &Value) -> bool {
    match (a.as_scalar(), b.as_scalar()) {
        (Some(a), Some(b)) if a.is_number() && b.is_number() => a == b,
        _ => a == b,
    }
}
