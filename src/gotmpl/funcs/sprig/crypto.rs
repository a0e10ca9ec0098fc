//! Passwords and encryption.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use data_encoding::BASE64;

use super::arguments::{int, made, text, value};
use super::{Call, Failure, Function, row};
use crate::data::{Kind, Value};
use crate::golang::base64;

/// The rows.
pub const TABLE: &[Function] = &[
    row("bcrypt", "(string) string", bcrypt, "The bcrypt hash of a password, with a new salt each time.", r#"{{ bcrypt "secret" }}"#),
    row(
        "htpasswd",
        "(string, string) string",
        htpasswd,
        "A line of an htpasswd file: the name and the bcrypt hash of the password.",
        r#"{{ htpasswd "user" "secret" }}"#,
    ),
    row(
        "derivePassword",
        "(uint32, string, string, string, string) string",
        derive_password,
        "A password made from a counter, a type (maximum, long, medium, short, basic, pin), a master password, a user and a site.",
        r#"{{ derivePassword 1 "long" "password" "user" "example.com" }}"#,
    ),
    row(
        "encryptAES",
        "(string, string) (string, error)",
        encrypt_aes,
        "The text encrypted with a password, in base64.",
        r#"{{ encryptAES "secret" "text" }}"#,
    ),
    row(
        "decryptAES",
        "(string, string) (string, error)",
        decrypt_aes,
        "The text behind what encryptAES made.",
        r#"{{ encryptAES "secret" "text" | decryptAES "secret" }}"#,
    ),
];

/// Steps that functions are counted which are slow by intent.
const HASHING: u64 = 500_000;
const DERIVING: u64 = 500_000;

fn bcrypt_hash(call: &Call<'_>, password: &[u8]) -> Result<String, Failure> {
    if password.len() > 72 {
        return Ok("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned());
    }
    call.spend(HASHING)?;
    let mut salt = [0; 16];
    call.world.random(&mut salt);
    Ok(match ::bcrypt::hash_with_salt(password, 10, salt) {
        Ok(hash) => hash.format_for_version(::bcrypt::Version::TwoA),
        Err(error) => format!("failed to encrypt string with bcrypt: {error}"),
    })
}

fn bcrypt(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(bcrypt_hash(call, text(arguments, 0))?, arguments, 0))
}

fn htpasswd(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let name = text(arguments, 0);
    let line = if name.contains(&b':') {
        [b"invalid username: ", name].concat()
    } else {
        [name, b":", bcrypt_hash(call, text(arguments, 1))?.as_bytes()].concat()
    };
    Ok(made(Value::string(line), arguments, 1))
}

/// The patterns of a password type: `C` a capital consonant, `v` a vowel, `n` a digit, `o` another sign ...
fn password_patterns(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

/// The characters that a pattern's letter stands for.
fn password_characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

const MASTER_SEED: &[u8] = b"com.lyndir.masterpassword";
const MASTER_KEYS_HELD: usize = 256;

/// The key that all passwords of one user come from. It takes a tenth of a second by intent, and states ask for
/// dozens of passwords of the same user, again for every nested state: keys already made are held.
fn master_key(call: &Call<'_>, password: &[u8], user: &[u8]) -> Result<Result<[u8; 64], String>, Failure> {
    type Keys = HashMap<(Vec<u8>, Vec<u8>), [u8; 64]>;
    static KEYS: LazyLock<Mutex<Keys>> = LazyLock::new(Mutex::default);
    let of = (password.to_vec(), user.to_vec());
    if let Some(key) = KEYS.lock().unwrap_or_else(PoisonError::into_inner).get(&of) {
        return Ok(Ok(*key));
    }
    call.spend(DERIVING)?;
    let salt = [MASTER_SEED, &(user.len() as u32).to_be_bytes(), user].concat();
    let mut key = [0; 64];
    let cost = scrypt::Params::new(15, 8, 2).map_err(|error| error.to_string());
    if let Err(cause) = cost.and_then(|cost| scrypt::scrypt(password, &salt, &cost, &mut key).map_err(|error| error.to_string())) {
        return Ok(Err(cause));
    }
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    if keys.len() < MASTER_KEYS_HELD {
        keys.insert(of, key);
    }
    Ok(Ok(key))
}

/// The choice that a number makes.
fn picked<T: Copy>(choices: &[T], number: usize) -> Option<T> {
    choices.get(number.checked_rem(choices.len())?).copied()
}

/// The Master Password algorithm: its first version, with lengths counted in bytes.
fn derive_password(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let counter = match value(arguments, 0).kind {
        Kind::Uint(counter, _) => counter as u32,
        _ => int(arguments, 0) as u32,
    };
    let (kind, password, user, site) = (text(arguments, 1), text(arguments, 2), text(arguments, 3), text(arguments, 4));
    let Some(patterns) = password_patterns(kind) else {
        return Ok(Value::string([b"cannot find password template ", kind].concat()));
    };
    let key = match master_key(call, password, user)? {
        Ok(key) => key,
        Err(cause) => return Ok(format!("failed to derive password: {cause}").into()),
    };
    let message = [MASTER_SEED, &(site.len() as u32).to_be_bytes(), site, &counter.to_be_bytes()].concat();
    let seed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message);
    let mut numbers = seed.as_ref().iter().map(|byte| usize::from(*byte));
    let pattern = picked(patterns, numbers.next().unwrap_or(0)).unwrap_or_default();
    let characters = pattern.bytes().zip(numbers).filter_map(|(class, number)| picked(password_characters(class), number));
    Ok(made(Value::string(characters.collect::<Vec<u8>>()), arguments, 2))
}

/// The password's first 32 bytes, zeros behind.
fn aes_key(password: &[u8]) -> Result<UnboundCipherKey, Failure> {
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(password) {
        *to = *from;
    }
    UnboundCipherKey::new(&AES_256, &key).map_err(|_| "crypto failure".into())
}

const BLOCK: usize = 16;

fn encrypt_aes(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (password, plain) = (text(arguments, 0), text(arguments, 1));
    if plain.is_empty() {
        return Ok(made("", arguments, 1));
    }
    let failed = |_| Failure::from("crypto failure");
    let mut vector = [0; BLOCK];
    call.world.random(&mut vector);
    let padding = BLOCK.saturating_sub(plain.len() % BLOCK);
    let mut blocks = plain.to_vec();
    blocks.resize(plain.len().saturating_add(padding), padding as u8);
    let key = EncryptingKey::cbc(aes_key(password)?).map_err(failed)?;
    key.less_safe_encrypt(&mut blocks, EncryptionContext::Iv128(FixedLength::from(vector))).map_err(failed)?;
    Ok(made(BASE64.encode(&[&vector[..], &blocks].concat()), arguments, 1))
}

fn decrypt_aes(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (password, encoded) = (text(arguments, 0), text(arguments, 1));
    if encoded.is_empty() {
        return Ok(made("", arguments, 1));
    }
    let bytes = base64::decode(encoded)?;
    let Some((vector, blocks)) = bytes.split_first_chunk::<BLOCK>() else {
        let capacity = (encoded.len() / 4).saturating_mul(3);
        return Err(format!("runtime error: slice bounds out of range [:{BLOCK}] with capacity {capacity}").into());
    };
    if blocks.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".into());
    }
    if blocks.is_empty() {
        return Err("runtime error: index out of range [-1]".into());
    }
    let failed = |_| Failure::from("crypto failure");
    let key = DecryptingKey::cbc(aes_key(password)?).map_err(failed)?;
    let mut blocks = blocks.to_vec();
    let plain = key.decrypt(&mut blocks, DecryptionContext::Iv128(FixedLength::from(*vector))).map_err(failed)?;
    let padding = plain.last().map_or(0, |last| usize::from(*last));
    let Some(length) = plain.len().checked_sub(padding) else {
        // what a wrong password comes to
        return Err(format!("runtime error: slice bounds out of range [:-{}]", padding.saturating_sub(plain.len())).into());
    };
    Ok(made(Value::string(plain.get(..length).unwrap_or(&[])), arguments, 1))
}
