//! Signed notes with Ed25519 keys as in C2SP signed-note (<https://c2sp.org/signed-note>), and the signatures of
//! witnesses as in C2SP tlog-cosignature (<https://c2sp.org/tlog-cosignature>).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::hash::sha256;

/// The largest note that is read, in bytes, and the most signatures on it.
const MAX_NOTE_LENGTH: usize = 64 * 1024;
const MAX_SIGNATURES: usize = 64;
const MAX_NAME_LENGTH: usize = 255;
const MAX_KEY_TEXT: usize = 1024;
const TIMESTAMP_LENGTH: usize = 8;
const PUBLIC_KEY_LENGTH: usize = 32;
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Why a note or a key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is too long or carries too many signatures.
    #[error("note too large")]
    TooLarge,
    /// The note does not have the form of a signed note.
    #[error("malformed note")]
    Malformed,
    /// The note carries no signature by the expected key.
    #[error("not signed by the expected key")]
    UnknownKey,
    /// The signature by the expected key is wrong: the text or the signature has been changed.
    #[error("wrong signature")]
    WrongSignature,
    /// The text of a verifier key is malformed, of an unknown type, or its id does not fit.
    #[error("invalid verifier key")]
    InvalidKey,
    /// A key's name is empty, too long, or contains white space, control characters or a plus sign.
    #[error("invalid key name")]
    InvalidName,
}

/// What a key signs, which is the first byte of its public form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum KeyKind {
    /// The text itself.
    Note = 0x01,
    /// The text after a line with a time: a witness saw it then.
    Cosignature = 0x04,
}

impl KeyKind {
    fn of(byte: u8) -> Option<Self> {
        [Self::Note, Self::Cosignature]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// What a witness signs: that it saw this checkpoint at this second since 1970.
fn cosigned(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// A private key that signs notes.
pub(super) struct NoteSigner {
    key: NoteKey,
    pair: Ed25519KeyPair,
}

impl NoteSigner {
    pub(super) fn new(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::InvalidKey)?;
        let public: [u8; PUBLIC_KEY_LENGTH] = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| NoteError::InvalidKey)?;
        Ok(Self {
            key: NoteKey::new(name, kind, public)?,
            pair,
        })
    }

    pub(super) fn key(&self) -> &NoteKey {
        &self.key
    }

    /// The note over `text`, which must end in a line feed.
    pub(super) fn sign(&self, text: &str) -> String {
        debug_assert!(text.ends_with('\n') && self.key.kind == KeyKind::Note);
        let line = self.line(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n{line}")
    }

    /// The signature line of a witness over `text`, which must end in a line feed.
    pub(super) fn cosign(&self, text: &str, seconds: u64) -> String {
        debug_assert!(text.ends_with('\n') && self.key.kind == KeyKind::Cosignature);
        let signature = self.pair.sign(cosigned(text, seconds).as_bytes());
        self.line(&[&seconds.to_be_bytes()[..], signature.as_ref()].concat())
    }

    fn line(&self, signature: &[u8]) -> String {
        let signature = [&self.key.id[..], signature].concat();
        format!(
            "{SIGNATURE_MARK}{} {}\n",
            self.key.name,
            BASE64.encode(signature)
        )
    }
}

/// A note taken apart; none of its signatures is verified.
pub(super) struct OpenedNote<'n> {
    /// The signed text, with its last line feed.
    pub(super) text: &'n str,
    signatures: Vec<SignatureLine<'n>>,
}

struct SignatureLine<'n> {
    name: &'n str,
    id: [u8; 4],
    signature: Vec<u8>,
}

impl<'n> OpenedNote<'n> {
    pub(super) fn open(note: &'n str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_LENGTH {
            return Err(NoteError::TooLarge);
        }
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed);
        }
        let split = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        Ok(Self {
            text: &note[..=split],
            signatures: signature_lines(&note[split + 2..])?,
        })
    }
}

fn signature_lines(lines: &str) -> Result<Vec<SignatureLine<'_>>, NoteError> {
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed)?;
    let mut signatures = Vec::new();
    for line in lines.split('\n') {
        if signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooLarge);
        }
        let (name, signature) = line
            .strip_prefix(SIGNATURE_MARK)
            .and_then(|rest| rest.split_once(' '))
            .ok_or(NoteError::Malformed)?;
        let signature = BASE64.decode(signature).map_err(|_| NoteError::Malformed)?;
        let (id, signature) = signature
            .split_first_chunk::<4>()
            .ok_or(NoteError::Malformed)?;
        if name.is_empty() || signature.is_empty() {
            return Err(NoteError::Malformed);
        }
        signatures.push(SignatureLine {
            name,
            id: *id,
            signature: signature.to_vec(),
        });
    }
    Ok(signatures)
}

/// A public key that verifies notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoteKey {
    name: String,
    kind: KeyKind,
    id: [u8; 4],
    public: [u8; PUBLIC_KEY_LENGTH],
}

impl NoteKey {
    fn new(name: &str, kind: KeyKind, public: [u8; PUBLIC_KEY_LENGTH]) -> Result<Self, NoteError> {
        let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if name.is_empty() || name.len() > MAX_NAME_LENGTH || !name.chars().all(allowed) {
            return Err(NoteError::InvalidName);
        }
        let hash = sha256(&[name.as_bytes(), b"\n", &[kind as u8], &public].concat());
        Ok(Self {
            name: name.to_owned(),
            kind,
            id: [hash[0], hash[1], hash[2], hash[3]],
            public,
        })
    }

    /// Reads `<name>+<id in hex>+<base64 of kind and key>`.
    pub(super) fn parse(text: &str, kind: KeyKind) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::InvalidKey);
        };
        if text.len() > MAX_KEY_TEXT {
            return Err(NoteError::InvalidKey);
        }
        let key = BASE64.decode(key).map_err(|_| NoteError::InvalidKey)?;
        let Some((&byte, public)) = key.split_first() else {
            return Err(NoteError::InvalidKey);
        };
        if KeyKind::of(byte) != Some(kind) {
            return Err(NoteError::InvalidKey);
        }
        let public = public.try_into().map_err(|_| NoteError::InvalidKey)?;
        let parsed = Self::new(name, kind, public)?;
        match parsed.to_string() == text {
            true => Ok(parsed),
            false => Err(NoteError::InvalidKey),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The text of a note that this key has signed. Signatures by other keys are passed over.
    pub(super) fn verify<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        let opened = OpenedNote::open(note)?;
        let mut verified = false;
        for line in self.own(&opened.signatures) {
            self.check(opened.text, &line.signature)?;
            verified = true;
        }
        match verified {
            true => Ok(opened.text),
            false => Err(NoteError::UnknownKey),
        }
    }

    /// The note with the signatures of this key alone.
    pub(super) fn own_note(&self, note: &str) -> Result<String, NoteError> {
        self.verify(note)?;
        let opened = OpenedNote::open(note)?;
        let lines = self.own(&opened.signatures).map(|line| {
            let signature = BASE64.encode([&line.id[..], &line.signature].concat());
            format!("{SIGNATURE_MARK}{} {signature}\n", self.name)
        });
        Ok(format!("{}\n{}", opened.text, lines.collect::<String>()))
    }

    /// The newest second at which this witness's key has signed the note.
    pub(super) fn verify_cosignature(&self, note: &OpenedNote<'_>) -> Result<u64, NoteError> {
        self.newest(note.text, &note.signatures)
            .map(|(seconds, _)| seconds)
    }

    /// Among signature lines that are not yet part of a note, the newest by this witness's key over `text`: its time,
    /// and the line in its one spelling.
    pub(super) fn pick_cosignature(
        &self,
        text: &str,
        lines: &str,
    ) -> Result<(u64, String), NoteError> {
        if lines.len() > MAX_NOTE_LENGTH {
            return Err(NoteError::TooLarge);
        }
        let lines = signature_lines(lines)?;
        let (seconds, line) = self.newest(text, &lines)?;
        let signature = [&line.id[..], &line.signature].concat();
        let encoded = BASE64.encode(signature);
        Ok((
            seconds,
            format!("{SIGNATURE_MARK}{} {encoded}\n", self.name),
        ))
    }

    fn newest<'l, 'n>(
        &self,
        text: &str,
        lines: &'l [SignatureLine<'n>],
    ) -> Result<(u64, &'l SignatureLine<'n>), NoteError> {
        let mut newest: Option<(u64, &SignatureLine<'n>)> = None;
        for line in self.own(lines) {
            let (time, signature) = line
                .signature
                .split_first_chunk::<TIMESTAMP_LENGTH>()
                .ok_or(NoteError::WrongSignature)?;
            let seconds = u64::from_be_bytes(*time);
            self.check(&cosigned(text, seconds), signature)?;
            if newest.is_none_or(|(before, _)| seconds > before) {
                newest = Some((seconds, line));
            }
        }
        newest.ok_or(NoteError::UnknownKey)
    }

    fn own<'l, 'n>(
        &self,
        lines: &'l [SignatureLine<'n>],
    ) -> impl Iterator<Item = &'l SignatureLine<'n>> {
        lines
            .iter()
            .filter(|line| line.name == self.name && line.id == self.id)
    }

    fn check(&self, text: &str, signature: &[u8]) -> Result<(), NoteError> {
        UnparsedPublicKey::new(&ED25519, &self.public)
            .verify(text.as_bytes(), signature)
            .map_err(|_| NoteError::WrongSignature)
    }
}

impl std::fmt::Display for NoteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = [&[self.kind as u8], &self.public[..]].concat();
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex::encode(self.id),
            BASE64.encode(key)
        )
    }
}
