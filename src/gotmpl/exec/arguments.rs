//! Calling functions: counting, evaluating and checking arguments by signature.

use super::evaluate::Words;
use super::operand::{Operand, REFLECT_VALUE, assigned, can_be_nil, is_int, is_uint, truth};
use super::{Execution, Result};
use crate::data::{GoKind, Kind as ValueKind, Signature, Type, Value};
use crate::gotmpl::error::{ExecError, Link};
use crate::gotmpl::funcs::{Call, Failure, Own};
use crate::gotmpl::parse::{Kind, NodeId, Number};
use crate::gotmpl::trace::Use;

/// Arguments that fit.
pub(super) struct Arguments {
    pub(super) values: Vec<Value>,
    /// Which of the first 64 have the static type `interface {}`.
    pub(super) interfaces: u64,
}

impl Arguments {
    fn push(&mut self, operand: Operand) {
        if operand.interface && self.values.len() < 64 {
            self.interfaces |= 1 << self.values.len();
        }
        self.values.push(operand.value);
    }
}

impl Execution<'_> {
    /// A call of the function in a row; `command` is the node that errors of the function name.
    pub(super) fn function(&mut self, dot: &Operand, id: NodeId, row: u32, command: NodeId, words: Words<'_>) -> Result<Operand> {
        self.node = id;
        let program = self.program;
        let row = program.functions().row(row);
        let name = row.function.name;
        if let Some(Own::And | Own::Or) = row.own {
            self.check_count(name, &row.signature, words)?;
            let usage = self.record_use(Use::Tested);
            let value = self.junction(dot, row.own == Some(Own::Or), words)?;
            self.record_use(usage);
            return Ok(value);
        }
        let usage = self.record_use(Use::Passed(name));
        let mut arguments = self.arguments(dot, name, &row.signature, words)?;
        self.record_use(usage);
        self.spend(effort(&arguments.values))?;
        let written = self.out.len();
        // What is recorded comes as a value first.
        let direct = words.printed && !self.is_recorded();
        let result = match row.own {
            Some(Own::Call) => Err(self.call_value(&arguments, words).into()),
            _ => {
                let mut call = Call::new(self.set, self.run.inner(), direct.then_some(&mut *self.out));
                call.interfaces = arguments.interfaces;
                (row.function.run)(&mut call, &arguments.values)
            }
        };
        let result = result.map(|value| self.record_call(name, &arguments.values, value));
        arguments.values.clear();
        self.run.shared.spare.arguments.push(arguments.values);
        match result {
            Ok(value) => {
                let written = self.out.len().saturating_sub(written) as u64;
                self.spend(effort(std::slice::from_ref(&value)).saturating_add(written / BYTES_OF_A_STEP))?;
                Ok(Operand { value, interface: row.gives_interface })
            }
            Err(failure) => self.failed(command, name, failure),
        }
    }

    /// The error of a call at a node.
    pub(super) fn failed<T>(&mut self, node: NodeId, name: &str, failure: Failure) -> Result<T> {
        self.node = node;
        let frame = self.frame(format!("error calling {name}"));
        Err(match failure {
            Failure::Text(text) => ExecError::new(Link::Text(text)).wrapped(frame),
            Failure::Exec(error) => error.wrapped(frame),
            Failure::Limit(reached) => ExecError::reached(reached).wrapped(frame),
        })
    }

    /// `call`: no value here is a function.
    fn call_value(&self, arguments: &Arguments, words: Words<'_>) -> String {
        let callee = arguments.values.first().and_then(Value::go_type);
        let Some(of) = callee else { return "call of nil".to_owned() };
        let name = match (words.rest.first(), words.last.map(|last| &last.value.kind)) {
            (Some(word), _) => self.printed(*word),
            (None, Some(ValueKind::String(text))) => text.to_text().into_owned(),
            _ => format!("<{of} Value>"),
        };
        format!("non-function {name} of type {of}")
    }

    /// `and` and `or`: the rest is not even looked at once the answer is known.
    fn junction(&mut self, dot: &Operand, or: bool, words: Words<'_>) -> Result<Operand> {
        let mut value = Operand::INVALID;
        for word in words.rest {
            value = self.argument(dot, Some(REFLECT_VALUE), *word)?;
            self.record_test(&value.value);
            if truth(&value.value) == or {
                return Ok(value);
            }
        }
        Ok(words.last.cloned().unwrap_or(value))
    }

    fn check_count(&self, name: &str, signature: &Signature, words: Words<'_>) -> Result<()> {
        let count = words.rest.len().saturating_add(usize::from(words.last.is_some()));
        let parameters = signature.parameters.len();
        if signature.variadic {
            let fixed = parameters.saturating_sub(1);
            if count < fixed {
                return self.fault(format!("wrong number of args for {name}: want at least {fixed} got {}", words.rest.len()));
            }
        } else if count != parameters {
            return self.fault(format!("wrong number of args for {name}: want {parameters} got {count}"));
        }
        Ok(())
    }

    /// Evaluates and checks the arguments of a call.
    pub(super) fn arguments(&mut self, dot: &Operand, name: &str, signature: &Signature, words: Words<'_>) -> Result<Arguments> {
        self.check_count(name, signature, words)?;
        let parameter = |at: usize| signature.parameters.get(at).or(signature.parameters.last()).copied().unwrap_or(Type::Any);
        let mut arguments = Arguments { values: self.run.shared.spare.arguments.pop().unwrap_or_default(), interfaces: 0 };
        for (at, word) in words.rest.iter().enumerate() {
            let argument = self.argument(dot, Some(parameter(at)), *word)?;
            arguments.push(argument);
        }
        if let Some(last) = words.last {
            let argument = self.validated(last.clone(), Some(parameter(words.rest.len())))?;
            arguments.push(argument);
        }
        Ok(arguments)
    }

    /// One word as an argument of that type; any where none is asked for.
    pub(super) fn argument(&mut self, dot: &Operand, of: Option<Type>, id: NodeId) -> Result<Operand> {
        self.node = id;
        let program = self.program;
        let value = match &program.tree().node(id).kind {
            Kind::Dot => dot.clone(),
            Kind::Nil => {
                let of = of.unwrap_or(Type::Any);
                if of == REFLECT_VALUE {
                    return Ok(Operand::INVALID);
                }
                if can_be_nil(of) {
                    return Ok(Operand::zero(of));
                }
                return self.fault(format!("cannot assign nil to {of}"));
            }
            Kind::Field(names) => self.fields(dot, dot, id, program.tree().names(*names), Words::NONE)?,
            Kind::Variable(variable) => self.variable_with_fields(dot, id, variable, Words::NONE)?,
            Kind::Pipe(_) => self.pipeline(dot, id)?,
            Kind::Function(row) => self.function(dot, id, *row, id, Words::NONE)?,
            Kind::Chain { node, fields } => self.chain(dot, id, *node, program.tree().names(*fields), Words::NONE)?,
            _ => return self.constant(of.unwrap_or(Type::Any), id),
        };
        self.validated(value, of)
    }

    /// A constant as an argument of a type.
    fn constant(&mut self, of: Type, id: NodeId) -> Result<Operand> {
        let kind = &self.program.tree().node(id).kind;
        let number = |pick: fn(&Number, GoKind) -> Option<ValueKind>| match kind {
            Kind::Number(number) => pick(number, of.kind()),
            _ => None,
        };
        let (value, expected) = match of.kind() {
            GoKind::Interface => return self.plain_constant(id),
            GoKind::Struct if of == REFLECT_VALUE => return self.plain_constant(id),
            GoKind::Bool => (matches!(kind, Kind::Bool(_)).then(|| ValueKind::Bool(matches!(kind, Kind::Bool(true)))), "bool"),
            GoKind::String => (if let Kind::String { value, .. } = kind { Some(value.kind.clone()) } else { None }, "string"),
            GoKind::Float32 | GoKind::Float64 => (number(|number, _| number.float.map(ValueKind::Float)), "float"),
            GoKind::Complex128 => {
                (number(|number, _| number.complex.map(|(real, imaginary)| ValueKind::Complex(real, imaginary))), "complex")
            }
            of if is_int(of) => (number(|number, of| number.int.map(|int| ValueKind::Int(narrowed(int, of), of))), "integer"),
            of if is_uint(of) => {
                (number(|number, of| number.uint.map(|uint| ValueKind::Uint(narrowed_unsigned(uint, of), of))), "unsigned integer")
            }
            _ => return self.fault(format!("can't handle {} for arg of type {of}", self.printed(id))),
        };
        match value {
            Some(kind) => Ok(Operand::concrete(kind.into())),
            None => self.fault(format!("expected {expected}; found {}", self.printed(id))),
        }
    }

    fn plain_constant(&mut self, id: NodeId) -> Result<Operand> {
        match &self.program.tree().node(id).kind {
            Kind::Bool(truth) => Ok(Operand::concrete((*truth).into())),
            Kind::Number(_) => self.ideal(id),
            Kind::String { value, .. } => Ok(Operand::concrete(value.clone())),
            _ => self.fault(format!("can't handle assignment of {} to empty interface argument", self.printed(id))),
        }
    }

    /// The value as one of a parameter's type.
    fn validated(&self, operand: Operand, of: Option<Type>) -> Result<Operand> {
        let Some(of) = of else { return Ok(operand) };
        if operand.is_invalid() {
            if of == REFLECT_VALUE {
                return Ok(Operand::INVALID);
            }
            if can_be_nil(of) {
                return Ok(Operand::zero(of));
            }
            return self.fault(format!("invalid value; expected {of}"));
        }
        if of == REFLECT_VALUE {
            return Ok(operand);
        }
        if of == Type::Any {
            return Ok(match &operand.value.kind {
                ValueKind::Object(object) => match object.without_address() {
                    Some(copy) => Operand { value: copy.from_origin(operand.value.origin), ..operand },
                    None => operand,
                },
                _ => operand,
            });
        }
        if operand.is_nil_interface() {
            return self.fault(format!("wrong type for value; expected {of}; got {}", operand.type_name()));
        }
        if operand.value.go_type() == Some(of) {
            return Ok(operand.unwrapped());
        }
        match assigned(&operand.value, of) {
            Some(value) => Ok(Operand::concrete(value)),
            None => self.fault(format!("wrong type for value; expected {of}; got {}", operand.unwrapped().type_name())),
        }
    }
}

/// Bytes that are read, copied or made in the time of a step.
const BYTES_OF_A_STEP: u64 = 64;

/// The steps that a function is counted which reads, copies or makes these values: some 20 ns each.
fn effort(values: &[Value]) -> u64 {
    let units = values.iter().map(|value| match &value.kind {
        ValueKind::String(text) | ValueKind::Bytes(text) => text.len() as u64 / BYTES_OF_A_STEP,
        ValueKind::List(list) => list.len() as u64 / 8,
        _ => 0,
    });
    units.sum()
}

/// `reflect.Value.SetInt`: the bits that fit.
fn narrowed(int: i64, of: GoKind) -> i64 {
    match of {
        GoKind::Int8 => i64::from(int as i8),
        GoKind::Int16 => i64::from(int as i16),
        GoKind::Int32 => i64::from(int as i32),
        _ => int,
    }
}

/// `reflect.Value.SetUint`: the bits that fit.
fn narrowed_unsigned(uint: u64, of: GoKind) -> u64 {
    match of {
        GoKind::Uint8 => u64::from(uint as u8),
        GoKind::Uint16 => u64::from(uint as u16),
        GoKind::Uint32 => u64::from(uint as u32),
        _ => uint,
    }
}
