//! Certificates and keys, with the fields that Sprig gives them: subject, names, validity, usages.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

use super::arguments::{int, printed, sequence, text, value};
use super::der::{
    BIT_STRING, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, SET, bit_string, constructed, element, read_pem, unsigned, write_pem,
};
use super::keys::{NO_SIGNER, PrivateKey, RsaSize};
use super::{Call, Failure, Function, dsa, row};
use crate::data::{GoKind, Map, Member, Object, Type, Value};
use crate::golang::{base64, strconv};

/// The rows.
pub const TABLE: &[Function] = &[
    row(
        "genPrivateKey",
        "(string) string",
        gen_private_key,
        "A new private key in PEM: rsa, dsa, ecdsa or ed25519.",
        r#"{{ genPrivateKey "ed25519" }}"#,
    ),
    row(
        "genCA",
        "(string, int) (sprig.certificate, error)",
        gen_ca,
        "A new authority: common name and days of validity. The result has .Cert and .Key.",
        r#"{{ (genCA "example.com" 365).Cert | splitList "\n" | first }}"#,
    ),
    row(
        "genCAWithKey",
        "(string, int, string) (sprig.certificate, error)",
        gen_ca_with_key,
        "As genCA, with a private key in PEM that is given.",
        r#"{{ (genCAWithKey "example.com" 365 (genPrivateKey "ecdsa")).Key | splitList "\n" | first }}"#,
    ),
    row(
        "genSelfSignedCert",
        "(string, []interface {}, []interface {}, int) (sprig.certificate, error)",
        gen_self_signed,
        "A new certificate that signs itself: common name, addresses, DNS names, days of validity.",
        r#"{{ (genSelfSignedCert "example.com" (list "127.0.0.1") (list "example.com") 365).Cert | splitList "\n" | first }}"#,
    ),
    row(
        "genSelfSignedCertWithKey",
        "(string, []interface {}, []interface {}, int, string) (sprig.certificate, error)",
        gen_self_signed_with_key,
        "As genSelfSignedCert, with a private key in PEM that is given.",
        r#"{{ (genSelfSignedCertWithKey "example.com" nil nil 365 (genPrivateKey "ecdsa")).Key | splitList "\n" | first }}"#,
    ),
    row(
        "genSignedCert",
        "(string, []interface {}, []interface {}, int, sprig.certificate) (sprig.certificate, error)",
        gen_signed,
        "A new certificate signed by an authority, the last argument.",
        r#"{{ (genSignedCert "example.com" nil (list "example.com") 365 (genCA "authority" 365)).Cert | splitList "\n" | first }}"#,
    ),
    row(
        "genSignedCertWithKey",
        "(string, []interface {}, []interface {}, int, sprig.certificate, string) (sprig.certificate, error)",
        gen_signed_with_key,
        "As genSignedCert, with a private key in PEM that is given.",
        r#"{{ (genSignedCertWithKey "example.com" nil nil 365 (genCA "authority" 365) (genPrivateKey "ecdsa")).Key | splitList "\n" | first }}"#,
    ),
    row(
        "buildCustomCert",
        "(string, string) (sprig.certificate, error)",
        build_custom,
        "A certificate and its key, both PEM in base64, as other functions take them.",
        r#"{{ $ca := genCA "authority" 1 }}{{ (buildCustomCert ($ca.Cert | b64enc) ($ca.Key | b64enc)).Cert | splitList "\n" | first }}"#,
    ),
];

/// `sprig.certificate`
#[derive(Debug, Clone)]
struct Certificate {
    cert: String,
    key: String,
    /// The key as it was before it was written, so that an authority doesn't read it again for all it signs.
    private: Option<Arc<PrivateKey>>,
}

impl Object for Certificate {
    fn go_type(&self) -> Type {
        Type::Named("sprig.certificate", GoKind::Struct)
    }
    fn member(&self, name: &str) -> Option<Member> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| Member::Field(value))
    }
    fn text(&self) -> String {
        format!("{{{} {}}}", self.cert, self.key)
    }
    fn is_stringer(&self) -> bool {
        false
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.cert.as_str().into()), ("Key", self.key.as_str().into())]
    }
    fn marshal(&self) -> Value {
        self.fields().into_iter().collect::<Map>().into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Steps that making keys is counted: RSA keys of 2048 and 4096 bits, DSA's primes, all others.
const SHORT_KEY: u64 = 50_000;
const LONG_KEY: u64 = 1_000_000;
const SMALL_KEY: u64 = 5_000;

fn gen_private_key(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.spend(match text(arguments, 0) {
        b"ecdsa" | b"ed25519" => SMALL_KEY,
        _ => LONG_KEY,
    })?;
    let key = match text(arguments, 0) {
        b"" | b"rsa" => PrivateKey::new_rsa(call.world, RsaSize::Bits4096),
        b"dsa" => dsa::generate(call.world).map(PrivateKey::Dsa),
        b"ecdsa" => PrivateKey::new_ecdsa(call.world),
        b"ed25519" => PrivateKey::new_ed25519(call.world),
        other => return Ok(Value::string([b"Unknown type ", other].concat())),
    };
    Ok(key.map_or_else(|cause| format!("failed to generate private key: {cause}"), |key| key.to_pem()).into())
}

fn new_key(call: &Call<'_>) -> Result<PrivateKey, Failure> {
    call.spend(SHORT_KEY)?;
    PrivateKey::new_rsa(call.world, RsaSize::Bits2048).map_err(|cause| format!("error generating rsa key: {cause}").into())
}

fn given_key(arguments: &[Value], at: usize) -> Result<PrivateKey, Failure> {
    PrivateKey::from_pem(text(arguments, at)).map_err(|cause| format!("parsing private key: {cause}").into())
}

fn gen_ca(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    authority(call, arguments, new_key(call)?)
}

fn gen_ca_with_key(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    authority(call, arguments, given_key(arguments, 2)?)
}

fn authority(call: &Call<'_>, arguments: &[Value], key: PrivateKey) -> Result<Value, Failure> {
    let request = Request { name: text(arguments, 0), addresses: Vec::new(), names: Vec::new(), days: int(arguments, 1), authority: true };
    request.certificate(call, key, None)
}

fn gen_self_signed(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Request::of(call, arguments)?.certificate(call, new_key(call)?, None)
}

fn gen_self_signed_with_key(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let key = given_key(arguments, 4)?;
    Request::of(call, arguments)?.certificate(call, key, None)
}

fn gen_signed(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let key = new_key(call)?;
    let signer = Signer::of(arguments)?;
    Request::of(call, arguments)?.certificate(call, key, Some(&signer))
}

fn gen_signed_with_key(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let key = given_key(arguments, 5)?;
    let signer = Signer::of(arguments)?;
    Request::of(call, arguments)?.certificate(call, key, Some(&signer))
}

fn build_custom(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let cert = base64::decode(text(arguments, 0)).map_err(|_| "unable to decode base64 certificate")?;
    let key = base64::decode(text(arguments, 1)).map_err(|_| "unable to decode base64 private key")?;
    let block = read_pem(&cert).ok_or("unable to decode certificate")?;
    Issuer::read(&block.bytes).ok_or("error parsing certificate: decodedCert.Bytes: x509: malformed certificate")?;
    PrivateKey::from_pem(&key).map_err(|cause| format!("error parsing private key: {cause}"))?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Value::object(Certificate { cert: text(cert), key: text(key), private: None }))
}

/// What of a signing certificate goes into those it signs.
struct Issuer {
    /// The subject, as it is encoded.
    subject: Vec<u8>,
    public_key: Vec<u8>,
    key_identifier: Option<Vec<u8>>,
}

impl Issuer {
    /// Reads a certificate; `None` where it is none.
    fn read(der: &[u8]) -> Option<Self> {
        const KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
        let mut certificate = Reader(Reader(der).expect(SEQUENCE)?.content);
        let mut fields = Reader(certificate.expect(SEQUENCE)?.content);
        fields.take(0xa0);
        fields.next()?;
        fields.expect(SEQUENCE)?;
        fields.expect(SEQUENCE)?;
        fields.expect(SEQUENCE)?;
        let subject = fields.expect(SEQUENCE)?.whole.to_vec();
        let public_key = fields.expect(SEQUENCE)?.whole.to_vec();
        fields.take(0x81);
        fields.take(0x82);
        let mut key_identifier = None;
        if let Some(extensions) = fields.take(0xa3) {
            let mut extensions = Reader(Reader(extensions.content).expect(SEQUENCE)?.content);
            while let Some(extension) = extensions.take(SEQUENCE) {
                let mut parts = Reader(extension.content);
                let identifier = parts.expect(OBJECT_IDENTIFIER)?.content;
                parts.take(0x01);
                let content = parts.expect(OCTET_STRING)?.content;
                if identifier == KEY_IDENTIFIER {
                    key_identifier = Some(Reader(content).expect(OCTET_STRING)?.content.to_vec());
                }
            }
        }
        Some(Self { subject, public_key, key_identifier })
    }
}

/// Who signs.
struct Signer {
    issuer: Issuer,
    key: Arc<PrivateKey>,
}

impl Signer {
    /// The fifth argument.
    fn of(arguments: &[Value]) -> Result<Self, Failure> {
        let empty = Certificate { cert: String::new(), key: String::new(), private: None };
        let authority = value(arguments, 4).as_object::<Certificate>().unwrap_or(&empty);
        let block = read_pem(authority.cert.as_bytes()).ok_or("unable to decode certificate")?;
        let issuer = Issuer::read(&block.bytes).ok_or("error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate")?;
        let key = match &authority.private {
            Some(key) => key.clone(),
            None => {
                let key = PrivateKey::from_pem(authority.key.as_bytes());
                Arc::new(key.map_err(|cause| format!("error parsing private key: {cause}"))?)
            }
        };
        Ok(Self { issuer, key })
    }
}

/// What a certificate is to say.
struct Request<'a> {
    name: &'a [u8],
    addresses: Vec<IpAddr>,
    names: Vec<String>,
    days: i64,
    authority: bool,
}

impl<'a> Request<'a> {
    /// Common name, addresses, DNS names, days.
    fn of(call: &Call<'_>, arguments: &'a [Value]) -> Result<Self, Failure> {
        call.check_values(arguments)?;
        let items = |at| sequence(value(arguments, at)).map(|list| list.to_vec()).unwrap_or_default();
        let mut addresses = Vec::new();
        for item in items(1) {
            let words = String::from_utf8_lossy(&printed(&item)).into_owned();
            let Some(text) = item.as_str() else { return Err(format!("error parsing ip: {words} is not a string").into()) };
            let address = text.as_utf8().and_then(|text| text.parse::<IpAddr>().ok());
            addresses.push(address.ok_or_else(|| format!("error parsing ip: {words}"))?.to_canonical());
        }
        let mut names = Vec::new();
        for item in items(2) {
            let words = String::from_utf8_lossy(&printed(&item)).into_owned();
            if item.as_str().is_none() {
                return Err(format!("error processing alternate dns name: {words} is not a string").into());
            }
            names.push(words);
        }
        Ok(Self { name: text(arguments, 0), addresses, names, days: int(arguments, 3), authority: false })
    }

    /// The certificate of that key, signed by `signer` or by itself.
    fn certificate(&self, call: &Call<'_>, key: PrivateKey, signer: Option<&Signer>) -> Result<Value, Failure> {
        let der = self.signed(call, &key, signer).map_err(|cause| format!("error creating certificate: {cause}"))?;
        Ok(Value::object(Certificate { cert: write_pem("CERTIFICATE", &der), key: key.to_pem(), private: Some(Arc::new(key)) }))
    }

    fn signed(&self, call: &Call<'_>, key: &PrivateKey, signer: Option<&Signer>) -> Result<Vec<u8>, String> {
        let signing_key = signer.map_or(key, |signer| &signer.key);
        let signer_public = signing_key.public_key().ok_or(NO_SIGNER)?;
        let public_key = key.public_key().ok_or("x509: unsupported public key type: *dsa.PublicKey")?;
        if signer.is_some_and(|signer| signer.issuer.public_key != signer_public) {
            return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
        }
        let subject = self.subject()?;
        let issuer = signer.map_or(&subject, |signer| &signer.issuer.subject);
        let authority_key = signer.filter(|_| *issuer != subject).and_then(|signer| signer.issuer.key_identifier.as_deref());
        let mut serial = [0; 16];
        call.world.random(&mut serial);
        let extensions = self.extensions(&public_key, authority_key)?;
        let contents = constructed(
            SEQUENCE,
            &[
                // version 3
                &[0xa0, 3, 2, 1, 2],
                &unsigned(&serial),
                signing_key.signature_algorithm(),
                issuer,
                &self.validity(call.world.now())?,
                &subject,
                &public_key,
                &element(0xa3, &constructed(SEQUENCE, &[&extensions])),
            ],
        );
        let signature = signing_key.sign(&contents)?;
        Ok(constructed(SEQUENCE, &[&contents, signing_key.signature_algorithm(), &bit_string(&signature)]))
    }

    /// The common name and nothing else; an empty sequence where it is empty.
    fn subject(&self) -> Result<Vec<u8>, String> {
        const COMMON_NAME: &[u8] = &[0x55, 4, 3];
        if self.name.is_empty() {
            return Ok(element(SEQUENCE, &[]));
        }
        let printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
        let tag = if self.name.iter().all(printable) {
            0x13
        } else if std::str::from_utf8(self.name).is_ok() {
            0x0c
        } else {
            return Err("asn1: string not valid UTF-8".to_owned());
        };
        let attribute = constructed(SEQUENCE, &[&element(OBJECT_IDENTIFIER, COMMON_NAME), &element(tag, self.name)]);
        Ok(element(SEQUENCE, &element(SET, &attribute)))
    }

    fn validity(&self, now: i128) -> Result<Vec<u8>, String> {
        const DAY: i64 = 86_400_000_000_000;
        let until = now.saturating_add(i128::from(DAY.wrapping_mul(self.days)));
        Ok(constructed(SEQUENCE, &[&time(now)?, &time(until)?]))
    }

    fn extensions(&self, public_key: &[u8], authority_key: Option<&[u8]>) -> Result<Vec<u8>, String> {
        const KEY_USAGE: u8 = 15;
        const SUBJECT_NAMES: u8 = 17;
        const BASIC_CONSTRAINTS: u8 = 19;
        const AUTHORITY_KEY: u8 = 35;
        const EXTENDED_KEY_USAGE: u8 = 37;
        const SUBJECT_KEY: u8 = 14;
        // digital signature and key encipherment; for an authority also signing certificates
        let usage: &[u8] = if self.authority { &[BIT_STRING, 2, 2, 0xa4] } else { &[BIT_STRING, 2, 5, 0xa0] };
        // as a server and as a client
        let extended = [[0x2b, 6, 1, 5, 5, 7, 3, 1], [0x2b, 6, 1, 5, 5, 7, 3, 2]].map(|id| element(OBJECT_IDENTIFIER, &id)).concat();
        let constraints: &[u8] = if self.authority { &[0x01, 1, 0xff] } else { &[] };
        let mut out = extension(KEY_USAGE, true, usage);
        out.extend(extension(EXTENDED_KEY_USAGE, false, &element(SEQUENCE, &extended)));
        out.extend(extension(BASIC_CONSTRAINTS, true, &element(SEQUENCE, constraints)));
        if self.authority {
            out.extend(extension(SUBJECT_KEY, false, &element(OCTET_STRING, &key_identifier(public_key))));
        }
        if let Some(identifier) = authority_key {
            out.extend(extension(AUTHORITY_KEY, false, &element(SEQUENCE, &element(0x80, identifier))));
        }
        let names = self.alternative_names()?;
        if !names.is_empty() {
            out.extend(extension(SUBJECT_NAMES, self.name.is_empty(), &element(SEQUENCE, &names)));
        }
        Ok(out)
    }

    fn alternative_names(&self) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        for name in &self.names {
            if !name.is_ascii() {
                return Err(format!("x509: {} cannot be encoded as an IA5String", strconv::quote(name.as_bytes())));
            }
            out.extend(element(0x82, name.as_bytes()));
        }
        for address in &self.addresses {
            out.extend(match address {
                IpAddr::V4(address) => element(0x87, &address.octets()),
                IpAddr::V6(address) => element(0x87, &address.octets()),
            });
        }
        Ok(out)
    }
}

/// The first 160 bits of the SHA-256 digest of the key's bits: RFC 7093, method 1.
fn key_identifier(public_key: &[u8]) -> Vec<u8> {
    let bits = Reader(public_key).expect(SEQUENCE).and_then(|info| {
        let mut parts = Reader(info.content);
        parts.expect(SEQUENCE)?;
        parts.expect(BIT_STRING)?.content.get(1..)
    });
    digest(&SHA256, bits.unwrap_or(&[])).as_ref().iter().copied().take(20).collect()
}

/// An extension below 2.5.29.
fn extension(number: u8, critical: bool, content: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 1, 0xff] } else { &[] };
    let identifier = element(OBJECT_IDENTIFIER, &[0x55, 0x1d, number]);
    constructed(SEQUENCE, &[&identifier, critical, &element(OCTET_STRING, content)])
}

/// A time in UTC to the second: `UTCTime` from 1950 to 2049, `GeneralizedTime` for the rest.
fn time(nanoseconds: i128) -> Result<Vec<u8>, String> {
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
    let stamp = jiff::Timestamp::from_second(seconds).map_err(|_| "asn1: structure error: cannot represent time as GeneralizedTime")?;
    let civil = stamp.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let rest = format!("{:02}{:02}{:02}{:02}{:02}Z", civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second());
    match civil.year() {
        year @ 1950..=2049 => Ok(element(0x17, format!("{:02}{rest}", year % 100).as_bytes())),
        year @ 0..=9999 => Ok(element(0x18, format!("{year:04}{rest}").as_bytes())),
        _ => Err("asn1: structure error: cannot represent time as GeneralizedTime".to_owned()),
    }
}
