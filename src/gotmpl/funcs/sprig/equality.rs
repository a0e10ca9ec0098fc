//! `reflect.DeepEqual`, also as a key to find equal values by.

use crate::data::{Kind, List, Map, Value};

/// What makes a value equal to others: values with the same identity are deeply equal.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    /// Type and content.
    Of(Vec<u8>),
    /// Equal to nothing, as what holds a NaN; also what is too big or too deep to tell.
    Never,
}

/// Values nested deeper are equal to nothing.
const MAX_DEPTH: usize = 1_000;

/// Values whose content is longer are equal to nothing.
const MAX_SIZE: usize = 64 << 20;

/// Whether both are of the same Go type and hold the same.
pub(super) fn deep_equal(left: &Value, right: &Value) -> bool {
    match (&left.kind, &right.kind) {
        (Kind::Nil, Kind::Nil) => true,
        (Kind::Bool(left), Kind::Bool(right)) => left == right,
        (Kind::Int(left, left_kind), Kind::Int(right, right_kind)) => left == right && left_kind == right_kind,
        (Kind::Uint(left, left_kind), Kind::Uint(right, right_kind)) => left == right && left_kind == right_kind,
        (Kind::Float(left), Kind::Float(right)) => left == right,
        (Kind::String(left), Kind::String(right)) | (Kind::Bytes(left), Kind::Bytes(right)) => left == right,
        (Kind::Map(left), Kind::Map(right)) if left.is(right) => true,
        _ if left.go_type() != right.go_type() => false,
        _ => match identity(left) {
            Identity::Never => false,
            of => of == identity(right),
        },
    }
}

/// A value's identity.
pub(super) fn identity(value: &Value) -> Identity {
    let mut writer = Writer { out: Vec::new(), around: Vec::new() };
    if writer.put(value, MAX_DEPTH) { Identity::Of(writer.out) } else { Identity::Never }
}

struct Writer {
    out: Vec<u8>,
    /// The maps that hold what is being written, for maps that hold themselves.
    around: Vec<Map>,
}

impl Writer {
    /// Appends type and content; false for what is equal to nothing.
    fn put(&mut self, value: &Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.out.len() <= MAX_SIZE) else { return false };
        self.put_bytes(value.go_type().map_or("", crate::data::Type::name).as_bytes());
        match &value.kind {
            Kind::Nil => {}
            Kind::Bool(truth) => self.out.push(u8::from(*truth)),
            Kind::Int(number, _) => self.out.extend_from_slice(&number.to_be_bytes()),
            Kind::Uint(number, _) => self.out.extend_from_slice(&number.to_be_bytes()),
            Kind::Float(number) => return self.put_float(*number),
            Kind::Complex(real, imaginary) => return self.put_float(*real) && self.put_float(*imaginary),
            Kind::String(text) | Kind::Bytes(text) => self.put_bytes(text),
            Kind::List(list) => return self.put_list(list, depth),
            Kind::Map(map) => return self.put_map(map, depth),
            Kind::Object(object) => self.put_bytes(object.plain_text().as_bytes()),
        }
        true
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(&bytes.len().to_be_bytes());
        self.out.extend_from_slice(bytes);
    }

    fn put_float(&mut self, number: f64) -> bool {
        // 0 and -0 are equal
        let number = if number == 0.0 { 0.0 } else { number };
        self.out.extend_from_slice(&number.to_bits().to_be_bytes());
        !number.is_nan()
    }

    fn put_list(&mut self, list: &List, depth: usize) -> bool {
        self.out.push(u8::from(list.is_nil()));
        self.out.extend_from_slice(&list.len().to_be_bytes());
        list.iter().all(|item| self.put(item, depth))
    }

    fn put_map(&mut self, map: &Map, depth: usize) -> bool {
        if let Some(at) = self.around.iter().rposition(|outer| outer.is(map)) {
            let up = self.around.len().saturating_sub(at);
            self.out.extend_from_slice(&up.to_be_bytes());
            return true;
        }
        let entries = map.snapshot();
        self.out.extend_from_slice(&entries.len().to_be_bytes());
        self.around.push(map.clone());
        let comparable = entries.iter().all(|(key, value)| {
            self.put_bytes(key);
            self.put(value, depth)
        });
        self.around.pop();
        comparable
    }
}

#[cfg(test)]
mod tests {
    use super::deep_equal;
    use crate::data::{List, Map, Type, Value};

    #[test]
    fn type_and_content_decide() {
        assert!(deep_equal(&Value::NIL, &Value::NIL));
        assert!(!deep_equal(&Value::int(1), &Value::int64(1)));
        assert!(!deep_equal(&Value::from(1.0), &Value::int(1)));
        assert!(!deep_equal(&Value::from(f64::NAN), &Value::from(f64::NAN)));
        assert!(deep_equal(&Value::from(vec![Value::from(-0.0)]), &Value::from(vec![Value::from(0.0)])));
        assert!(!deep_equal(&List::nil(Type::List).into(), &List::from(Vec::new()).into()));
        assert!(!deep_equal(&Value::strings(["a"]), &Value::from(vec![Value::from("a")])));
    }

    #[test]
    fn a_map_that_holds_itself_ends() {
        let (left, right) = (Map::new(), Map::new());
        for map in [&left, &right] {
            map.insert("a", map.clone());
            map.insert("b", map.clone());
        }
        assert!(deep_equal(&left.into(), &right.into()));
    }
}
