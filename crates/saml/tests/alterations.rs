//! Whatever is done to an honest response, it is refused or says what it said.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod forger;

use std::sync::LazyLock;

use custos_saml::{Accepted, IdentityProvider};
use forger::*;
use proptest::prelude::*;

struct Honest {
    provider: IdentityProvider,
    response: String,
    accepted: Accepted,
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let forger = Forger::rsa();
    let provider = forger.provider();
    let response = forger.response(&Assertion::default());
    let accepted = judge(&provider, &response).unwrap();
    Honest {
        provider,
        response,
        accepted,
    }
});

fn flipped(text: &str, position: usize, bit: u8) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    bytes[position] ^= 1 << bit;
    String::from_utf8(bytes).ok()
}

/// Every byte of the signed element, one bit of each. The signature itself is no part of what it signs: there a flip may
/// meet what means nothing, such as the name of an unused prefix.
#[test]
fn a_flipped_bit_in_the_signed_element_is_refused() {
    let Honest {
        provider,
        response,
        accepted,
    } = &*HONEST;
    let start = response.find("<saml:Assertion").unwrap();
    let signature =
        response.find("<ds:Signature").unwrap()..response.find("<saml:Subject>").unwrap();
    let end = response.find("</saml:Assertion>").unwrap();
    for position in start..end {
        let Some(altered) = flipped(response, position, (position % 7) as u8) else {
            continue;
        };
        match judge(provider, &altered) {
            Err(_) => {}
            Ok(same) => {
                assert!(
                    signature.contains(&position),
                    "byte {position} of {altered}"
                );
                assert_eq!(&same, accepted);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_flipped_bit_anywhere_changes_nothing_or_is_refused(position: prop::sample::Index, bit in 0u8..8) {
        let honest = &*HONEST;
        if let Some(altered) = flipped(&honest.response, position.index(honest.response.len()), bit)
            && let Ok(accepted) = judge(&honest.provider, &altered)
        {
            prop_assert_eq!(&accepted, &honest.accepted);
        }
    }

    #[test]
    fn pieces_moved_about_change_nothing_or_are_refused(
        from: prop::sample::Index,
        length in 0usize..400,
        to: prop::sample::Index,
        removed in any::<bool>(),
    ) {
        let honest = &*HONEST;
        let text = &honest.response;
        let start = from.index(text.len());
        let piece = text[start..(start + length).min(text.len())].to_owned();
        let rest = if removed { text.replacen(&piece, "", 1) } else { text.clone() };
        let place = to.index(rest.len() + 1);
        let altered = format!("{}{piece}{}", &rest[..place], &rest[place..]);
        if let Ok(accepted) = judge(&honest.provider, &altered) {
            prop_assert_eq!(&accepted, &honest.accepted);
        }
    }

    #[test]
    fn elements_inserted_anywhere_are_refused_or_harmless(
        place: prop::sample::Index,
        piece in prop::sample::select(vec![
            "<saml:NameID>admin@example.com</saml:NameID>", "<!---->", "<x/>", " ", "&#x20;", "<![CDATA[x]]>",
            " xmlns:saml=\"urn:evil\"", " ID=\"_assertion\"", "<?x?>", "\r", "&amp;", "\u{feff}",
        ]),
    ) {
        let honest = &*HONEST;
        let place = place.index(honest.response.len() + 1);
        let altered = format!("{}{piece}{}", &honest.response[..place], &honest.response[place..]);
        if let Ok(accepted) = judge(&honest.provider, &altered) {
            prop_assert_eq!(&accepted, &honest.accepted);
        }
    }

    #[test]
    fn arbitrary_text_is_refused(text in ".{0,200}") {
        prop_assert!(judge(&HONEST.provider, &text).is_err());
    }
}
