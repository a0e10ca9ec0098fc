//! Randomness: passwords, identifiers, shuffling.

use data_encoding::BASE64;

use super::arguments::{int, made, text};
use super::letters::runes;
use super::{Call, Failure, Function, row};
use crate::data::Value;

/// The rows.
pub const TABLE: &[Function] = &[
    row("randAlphaNum", "(int) string", rand_alpha_num, "A text of so many random letters and digits.", "{{ randAlphaNum 8 }}"),
    row("randAlpha", "(int) string", rand_alpha, "A text of so many random letters.", "{{ randAlpha 8 }}"),
    row("randNumeric", "(int) string", rand_numeric, "A text of so many random digits.", "{{ randNumeric 8 }}"),
    row("randAscii", "(int) string", rand_ascii, "A text of so many random printable characters.", "{{ randAscii 8 }}"),
    row("randBytes", "(int) (string, error)", rand_bytes, "So many random bytes, in base64.", "{{ randBytes 8 }}"),
    row("randInt", "(int, int) int", rand_int, "A random number from one up to before another.", "{{ randInt 1 7 }}"),
    row("uuidv4", "() string", uuidv4, "A random UUID of version 4.", "{{ uuidv4 }}"),
    row("shuffle", "(string) string", shuffle, "The characters of the text in random order.", r#"{{ shuffle "hello" }}"#),
];

/// Random numbers out of the world's random bytes.
struct Dice<'a, 'b> {
    call: &'a Call<'b>,
    bytes: [u8; 256],
    used: usize,
}

impl<'a, 'b> Dice<'a, 'b> {
    fn new(call: &'a Call<'b>) -> Self {
        Self { call, bytes: [0; 256], used: 256 }
    }
    fn byte(&mut self) -> u8 {
        if self.used >= self.bytes.len() {
            self.call.world.random(&mut self.bytes);
            self.used = 0;
        }
        let byte = self.bytes.get(self.used).copied().unwrap_or(0);
        self.used = self.used.saturating_add(1);
        byte
    }
    /// A number below `end`, all equally likely. `end` is at least 1.
    fn below(&mut self, end: u64) -> u64 {
        let end = end.max(1);
        let width = u64::BITS.saturating_sub(end.saturating_sub(1).leading_zeros()).div_ceil(8);
        let span = 1u128.unbounded_shl(width.saturating_mul(8));
        let fair = span.saturating_sub(span.checked_rem(u128::from(end)).unwrap_or(0));
        loop {
            let number = (0..width).fold(0u64, |number, _| number << 8 | u64::from(self.byte()));
            if u128::from(number) < fair {
                return number.checked_rem(end).unwrap_or(0);
            }
        }
    }
}

fn characters(call: &Call<'_>, arguments: &[Value], alphabet: &[u8]) -> Result<Value, Failure> {
    // parity: sprig drops goutils' error for a negative count
    let count = usize::try_from(int(arguments, 0)).unwrap_or(0);
    call.check_size(count as u128)?;
    let mut dice = Dice::new(call);
    let mut out = Vec::with_capacity(count);
    for _ in 0..count {
        let at = dice.below(alphabet.len() as u64);
        out.extend(usize::try_from(at).ok().and_then(|at| alphabet.get(at)));
    }
    Ok(Value::string(out))
}

const LETTERS: &[u8; 52] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn rand_alpha_num(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    characters(call, arguments, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}

fn rand_alpha(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    characters(call, arguments, LETTERS)
}

fn rand_numeric(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    characters(call, arguments, b"0123456789")
}

fn rand_ascii(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let printable: Vec<u8> = (b' '..=b'~').collect();
    characters(call, arguments, &printable)
}

fn rand_bytes(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let count = usize::try_from(int(arguments, 0)).map_err(|_| Failure::from("runtime error: makeslice: len out of range"))?;
    call.check_size((count as u128).saturating_mul(4) / 3)?;
    let mut bytes = vec![0; count];
    call.world.random(&mut bytes);
    Ok(BASE64.encode(&bytes).into())
}

fn rand_int(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (low, high) = (int(arguments, 0), int(arguments, 1));
    match u64::try_from(high.wrapping_sub(low)) {
        Ok(span) if span > 0 => {
            let number = low.wrapping_add_unsigned(Dice::new(call).below(span));
            Ok(Value::int(number))
        }
        _ => Err("invalid argument to Intn".into()),
    }
}

fn uuidv4(call: &mut Call<'_>, _: &[Value]) -> Result<Value, Failure> {
    let mut bytes = [0; 16];
    call.world.random(&mut bytes);
    let number = u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{number:032x}");
    let mut out = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(digit);
    }
    Ok(out.into())
}

fn shuffle(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut rest: Vec<char> = runes(text(arguments, 0)).collect();
    let mut dice = Dice::new(call);
    for last in (1..rest.len()).rev() {
        let other = usize::try_from(dice.below((last as u64).saturating_add(1))).unwrap_or(last);
        rest.swap(last, other.min(last));
    }
    Ok(made(rest.into_iter().collect::<String>(), arguments, 0))
}
