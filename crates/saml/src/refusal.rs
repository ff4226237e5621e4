//! Why a response is not accepted.

use thiserror::Error;

/// Why a response is not accepted. For the log and the administrator; whoever sent the response learns only that it was
/// refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Longer than [`crate::MAX_RESPONSE_LENGTH`], or more elements than any sound response has.
    #[error("too large")]
    TooLarge,
    /// Elements within elements beyond the limit.
    #[error("nested too deeply")]
    TooDeep,
    /// Not Base64 of UTF-8.
    #[error("not Base64 of UTF-8 text")]
    Encoding,
    /// A document type, entity, comment, CDATA section or processing instruction.
    #[error("contains a document type, comment, CDATA section or processing instruction")]
    Markup,
    /// Not well-formed XML.
    #[error("not well-formed XML")]
    Malformed,
    /// An element, attribute or text where the profile has none.
    #[error("an element, attribute or text where none may be")]
    Structure,
    /// An id that occurs twice.
    #[error("an id occurs twice")]
    DuplicateId,
    /// Another version than 2.0.
    #[error("another version than 2.0")]
    Version,
    /// The provider reports that the sign-in failed.
    #[error("the provider reports a failure")]
    Status,
    /// No assertion.
    #[error("no assertion")]
    NoAssertion,
    /// More than one assertion, wherever it stands.
    #[error("more than one assertion")]
    SeveralAssertions,
    /// An encrypted assertion, name or attribute.
    #[error("encrypted")]
    Encrypted,
    /// Neither the assertion nor the response around it is signed.
    #[error("not signed")]
    NotSigned,
    /// A signature whose form is not the one of the profile.
    #[error("the signature is not of the expected form")]
    SignatureForm,
    /// An algorithm that is not in the list.
    #[error("the algorithm is not accepted")]
    Algorithm,
    /// The signature is of another element than the one that contains it.
    #[error("the signature is of another element")]
    Reference,
    /// The element was changed after it was signed.
    #[error("the element is not what was signed")]
    Digest,
    /// The signature is by none of the provider's keys.
    #[error("the signature is by none of the provider's keys")]
    Signature,
    /// Issued by another provider.
    #[error("issued by another provider")]
    Issuer,
    /// Sent to another address than ours.
    #[error("for another destination")]
    Destination,
    /// No confirmation by bearer for our address, our request and this moment.
    #[error("no valid confirmation of the subject")]
    Confirmation,
    /// An answer to another request, or to none.
    #[error("not an answer to this request")]
    InResponseTo,
    /// For another audience, or for none.
    #[error("for another audience")]
    Audience,
    /// A condition this profile does not know.
    #[error("unknown condition")]
    Condition,
    /// Not valid yet.
    #[error("not valid yet")]
    NotYet,
    /// Not valid any more.
    #[error("expired")]
    Expired,
    /// A moment that cannot be read.
    #[error("invalid moment")]
    Moment,
    /// No usable name of the subject.
    #[error("no usable name of the subject")]
    NameId,
    /// No statement that somebody signed in.
    #[error("no statement of a sign-in")]
    AuthnStatement,
}

impl Refusal {
    /// A name for the log, such as `not_signed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::Encoding => "encoding",
            Self::Markup => "markup",
            Self::Malformed => "malformed",
            Self::Structure => "structure",
            Self::DuplicateId => "duplicate_id",
            Self::Version => "version",
            Self::Status => "status",
            Self::NoAssertion => "no_assertion",
            Self::SeveralAssertions => "several_assertions",
            Self::Encrypted => "encrypted",
            Self::NotSigned => "not_signed",
            Self::SignatureForm => "signature_form",
            Self::Algorithm => "algorithm",
            Self::Reference => "reference",
            Self::Digest => "digest",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Destination => "destination",
            Self::Confirmation => "confirmation",
            Self::InResponseTo => "in_response_to",
            Self::Audience => "audience",
            Self::Condition => "condition",
            Self::NotYet => "not_yet",
            Self::Expired => "expired",
            Self::Moment => "moment",
            Self::NameId => "name_id",
            Self::AuthnStatement => "authn_statement",
        }
    }
}
