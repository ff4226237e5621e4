use super::*;
use proptest::prelude::*;

fn canonical(text: &str) -> String {
    match Phone::parse(text) {
        Ok(parsed) => parsed.value.canonical().to_owned(),
        Err(error) => error.code.to_owned(),
    }
}

#[test]
fn spellings() {
    for (text, expected) in [
        ("13812345678", "+8613812345678"),
        ("137-8711-6199", "+8613787116199"),
        ("+86 15764875745", "+8615764875745"),
        ("8614758904016", "+8614758904016"),
        ("0086-138 1234 5678", "+8613812345678"),
        ("(+86)13812345678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("'13812345678", "+8613812345678"),
        ("13812345678.0", "+8613812345678"),
        ("010-86256795", "+861086256795"),
        ("(010)8625 6795", "+861086256795"),
        ("86-10-86256795", "+861086256795"),
        ("+86 010 86256795", "+861086256795"),
        ("0755-28992695 转 801", "+8675528992695;ext=801"),
        ("0755-28992695-801", "+8675528992695;ext=801"),
        ("0371-6666666", "+863716666666"),
        ("400-800-1234", "+864008001234"),
        ("28992695", "28992695"),
        ("9393378767", "9393378767"),
        ("(755)322-9565", "7553229565"),
        ("561.771.5213", "5617715213"),
        ("579.244.0471x0480", "5792440471;ext=0480"),
        ("001-951-364-3940x09329", "+19513643940;ext=09329"),
        ("+1-679-251-6175x41243", "+16792516175;ext=41243"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+852 2123 4567", "+85221234567"),
        ("+1 212 555 1234 ext. 9", "+12125551234;ext=9"),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
    }
}

#[test]
fn defects() {
    for (text, expected) in [
        ("", "phone.empty"),
        ("1380013800", "phone.mobile_length"),
        ("1386775453", "phone.mobile_length"),
        ("+86 1386775453", "phone.mobile_length"),
        ("138123456789", "phone.mobile_length"),
        ("12812345678", "phone.mobile_prefix"),
        ("1.38E+10", "phone.scientific_notation"),
        ("13812345678/13912345678", "phone.multiple"),
        ("13812345678、13912345678", "phone.multiple"),
        ("电话", "phone.invalid_character"),
        ("-", "phone.invalid_character"),
        ("138abc45678", "phone.invalid_character"),
        ("0755-28992695 转", "phone.extension"),
        ("12345", "phone.too_short"),
        ("555123456", "phone.too_short"),
        ("55512345678", "phone.too_long"),
        ("010-12345", "phone.too_short"),
        ("00-0123456789", "phone.country_code"),
        ("+1 123 456 7890", "phone.area_code"),
        ("+1 212 555 123", "phone.too_short"),
        ("+4420794609581234", "phone.too_long"),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
    }
}

#[test]
fn shown_and_masked() {
    for (text, display, mask) in [
        ("13812345678", "138 1234 5678", "138****5678"),
        ("075528992695x801", "0755-28992695x801", "0755****2695"),
        ("01086256795", "010-86256795", "010****6795"),
        ("4008001234", "4008001234", "400****1234"),
        ("+17553229565", "+17553229565", "+175****9565"),
        ("9393378767", "9393378767", "939****8767"),
        ("28992695", "28992695", "2****2695"),
        ("8992695", "8992695", "****2695"),
    ] {
        let phone = Phone::parse(text).unwrap().value;
        assert_eq!(
            (phone.display().as_str(), phone.mask().as_str()),
            (display, mask)
        );
        assert_eq!(phone.last4(), &mask[mask.len() - 4..]);
    }
}

#[test]
fn repairs_are_told() {
    let codes = |text: &str| {
        Phone::parse(text)
            .unwrap()
            .repairs
            .iter()
            .map(|r| r.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(codes("138-1234-5678"), [""; 0]);
    assert_eq!(codes("１３８12345678"), ["text.full_width"]);
    assert_eq!(codes("13812345678.0"), ["phone.spreadsheet_residue"]);
}

fn any_phone() -> impl Strategy<Value = String> {
    prop_oneof![
        "1[3-9][0-9]{9}",
        "0(10|2[0-9])[1-9][0-9]{7}",
        "0[3-9][1-9][0-9][1-9][0-9]{6,7}(x[0-9]{1,8})?",
        "400[0-9]{7}",
        "\\+86[48]00[0-9]{7}",
        "[235-9][0-9]{9}(x[0-9]{1,6})?",
        "\\+1[2-9][0-9]{9}(x[0-9]{1,6})?",
        "\\+(44|49|81|852|971)[0-9]{8,10}",
        "[2-9][0-9]{6,7}",
    ]
}

proptest! {
    #[test]
    fn display_and_canonical_read_back(text in any_phone()) {
        let phone = Phone::parse(&text).unwrap().value;
        prop_assert_eq!(&Phone::parse(&phone.display()).unwrap().value, &phone);
        prop_assert_eq!(&Phone::parse(phone.canonical()).unwrap().value, &phone);
    }

    #[test]
    fn spelling_does_not_matter(digits in "1[3-9][0-9]{9}", prefix in "(|\\+86 ?|0086-?|86|\\(\\+86\\))", gap in "[ -]?") {
        let text = format!("{prefix}{}{gap}{}{gap}{}", &digits[..3], &digits[3..7], &digits[7..]);
        prop_assert_eq!(canonical(&text), format!("+86{digits}"));
    }

    #[test]
    fn ten_digits_beginning_with_one_are_refused(digits in "1[0-9]{9}") {
        prop_assert_eq!(canonical(&digits), "phone.mobile_length");
    }

    #[test]
    fn mask_hides_the_middle(text in any_phone()) {
        let phone = Phone::parse(&text).unwrap().value;
        let digits: String = phone.number().chars().filter(char::is_ascii_digit).collect();
        let mask = phone.mask();
        let shown = mask.chars().filter(char::is_ascii_digit).count() - usize::from(mask.starts_with('0'));
        let counted = if phone.number().starts_with("+86") { digits.len() - 2 } else { digits.len() };
        prop_assert!(shown + 3 <= counted, "{} of {}", mask, digits);
        prop_assert!(!mask.contains(&digits[digits.len() - 7..digits.len() - 4]) || mask.contains("****"));
        prop_assert_eq!(&mask[mask.len() - 8..mask.len() - 4], "****");
        let printed = format!("{phone:?}");
        prop_assert!(!printed.contains(phone.number()));
    }

    #[test]
    fn never_panics(text in "[+0-9() x转.-]{0,24}|\\PC{0,24}") {
        if let Ok(parsed) = Phone::parse(&text) {
            prop_assert_eq!(&Phone::parse(parsed.value.canonical()).unwrap().value, &parsed.value);
            prop_assert!(parsed.value.mask().contains("****"));
        }
    }
}
