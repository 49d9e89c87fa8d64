//! What a plant is known by: its number on the list, its owner's credit code, its permit number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::form::text_form;

/// What a list calls a plant (企业编号): up to 64 letters, digits, `-`, `_`, `.` or `/`.
///
/// Where a list has no numbers of its own it is the permit number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlantNumber(String);

/// Why a text is not the number of a plant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a plant number: expected 1 to 64 letters, digits, `-`, `_`, `.` or `/`")]
pub struct NotAPlantNumber(pub String);

impl PlantNumber {
    /// The number as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlantNumber {
    type Err = NotAPlantNumber;

    fn from_str(text: &str) -> Result<Self, NotAPlantNumber> {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if (1..=64).contains(&text.chars().count()) && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAPlantNumber(text.to_owned()))
        }
    }
}

impl From<PermitNumber> for PlantNumber {
    fn from(permit: PermitNumber) -> Self {
        Self(permit.to_string())
    }
}

/// 统一社会信用代码, GB 32100-2015: eighteen characters, the last one a check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode([u8; 18]);

/// Why a text is not a credit code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditCodeError {
    /// Not eighteen characters.
    #[error("`{0}` is not a credit code: expected 18 characters")]
    Length(String),
    /// A character that its place does not allow.
    #[error(
        "`{code}` is not a credit code: character {place} may not be `{found}` (GB 32100-2015, 4.2)"
    )]
    Character {
        /// The whole text.
        code: String,
        /// Counted from 1.
        place: usize,
        /// What stands there.
        found: char,
    },
    /// A check character that does not fit the rest.
    #[error("`{code}` is not a credit code: its check character should be `{expected}`")]
    Check {
        /// The whole text.
        code: String,
        /// What the first seventeen characters ask for.
        expected: char,
    },
}

impl CreditCode {
    /// The characters a code may hold; their order is their value (no I, O, S, V, Z).
    const ALPHABET: &'static [u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// The code as written, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a credit code is ASCII")
    }

    /// Completes seventeen characters with their check character.
    pub fn with_check(body: &str) -> Result<Self, CreditCodeError> {
        let body = body.to_ascii_uppercase();
        if body.len() != 17 {
            return Err(CreditCodeError::Length(body));
        }
        let values = Self::values(&body)?;
        let check = Self::check(&values);
        let mut bytes = [check; 18];
        bytes[..17].copy_from_slice(body.as_bytes());
        Ok(Self(bytes))
    }

    /// The value of a character; none of one that no code holds.
    fn value(character: char) -> Option<u32> {
        const VALUES: [Option<u32>; 128] = {
            let mut values = [None; 128];
            let (mut place, mut value) = (0, 0);
            while place < CreditCode::ALPHABET.len() {
                values[CreditCode::ALPHABET[place] as usize] = Some(value);
                (place, value) = (place + 1, value + 1);
            }
            values
        };
        VALUES.get(character as usize).copied().flatten()
    }

    /// The value of every character, each checked against its place.
    ///
    /// The first is the registering authority: a digit, `N` (rural collectives) or `Y` (others);
    /// the second its kind of body; then six digits of region.
    fn values(code: &str) -> Result<Vec<u32>, CreditCodeError> {
        (1..)
            .zip(code.chars())
            .map(|(place, found)| {
                let value = Self::value(found);
                let fits = match place {
                    1 => found.is_ascii_digit() || matches!(found, 'N' | 'Y'),
                    3..=8 => found.is_ascii_digit(),
                    _ => true,
                };
                value
                    .filter(|_| fits)
                    .ok_or_else(|| CreditCodeError::Character {
                        code: code.to_owned(),
                        place,
                        found,
                    })
            })
            .collect()
    }

    /// GB 32100-2015, 5: weights 3^(i-1) mod 31, the complement to 31.
    fn check(values: &[u32]) -> u8 {
        let (sum, _) = values[..17].iter().fold((0, 1), |(sum, weight), value| {
            (sum + value * weight, weight * 3 % 31)
        });
        Self::ALPHABET[((31 - sum % 31) % 31) as usize]
    }
}

impl FromStr for CreditCode {
    type Err = CreditCodeError;

    /// Small letters are read as capitals.
    fn from_str(text: &str) -> Result<Self, CreditCodeError> {
        let code = text.to_ascii_uppercase();
        if code.chars().count() != 18 {
            return Err(CreditCodeError::Length(text.to_owned()));
        }
        let values = Self::values(&code)?;
        let expected = Self::check(&values);
        let bytes: [u8; 18] = code
            .as_bytes()
            .try_into()
            .map_err(|_| CreditCodeError::Length(text.to_owned()))?;
        if bytes[17] == expected {
            Ok(Self(bytes))
        } else {
            let expected = expected.into();
            Err(CreditCodeError::Check { code, expected })
        }
    }
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditCode({self})")
    }
}

/// 排污许可证编号: the holder's credit code, three digits for the site, a letter for its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PermitNumber([u8; 22]);

/// Why a text is not a permit number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PermitNumberError {
    /// Not a credit code with three digits and a letter behind it.
    #[error(
        "`{0}` is not a permit number: expected 22 characters, a credit code with three digits and a letter"
    )]
    Form(String),
    /// Its first eighteen characters are no credit code.
    #[error("the permit number begins with no credit code")]
    CreditCode(#[from] CreditCodeError),
}

impl PermitNumber {
    /// The number as written, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a permit number is ASCII")
    }

    /// Whoever held the permit when it was numbered; after a takeover not the owner of today.
    pub fn holder(&self) -> CreditCode {
        let mut code = [0; 18];
        code.copy_from_slice(&self.0[..18]);
        CreditCode(code)
    }
}

impl FromStr for PermitNumber {
    type Err = PermitNumberError;

    /// Small letters are read as capitals; the public register has both.
    fn from_str(text: &str) -> Result<Self, PermitNumberError> {
        let number = text.to_ascii_uppercase();
        let bytes: [u8; 22] = number
            .as_bytes()
            .try_into()
            .map_err(|_| PermitNumberError::Form(text.to_owned()))?;
        let (site, kind) = (&bytes[18..21], bytes[21]);
        if !number.is_ascii() || !site.iter().all(u8::is_ascii_digit) || !kind.is_ascii_uppercase()
        {
            return Err(PermitNumberError::Form(text.to_owned()));
        }
        CreditCode::from_str(&number[..18])?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for PermitNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PermitNumber({self})")
    }
}

text_form! {
    PlantNumber, NotAPlantNumber;
    CreditCode, CreditCodeError;
    PermitNumber, PermitNumberError;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const VECTORS: &str = include_str!("../../../tests/fixtures/uscc/uscc_vectors.csv");
    const REGISTER: &str = include_str!("../../../tests/fixtures/enterprises/key_polluters.csv");

    #[test]
    fn public_vectors_of_credit_codes_are_judged_as_published() {
        let mut counts = (0, 0);
        for row in VECTORS.lines().skip(1) {
            let cells: Vec<_> = row.split(',').collect();
            let parsed = cells[0].parse::<CreditCode>();
            assert_eq!(parsed.is_ok(), cells[1] == "1", "{row}: {parsed:?}");
            match parsed {
                Ok(code) => {
                    assert_eq!(code.as_str(), cells[0]);
                    assert_eq!(CreditCode::with_check(&cells[0][..17]), Ok(code));
                    counts.0 += 1;
                }
                Err(_) => counts.1 += 1,
            }
        }
        assert_eq!(counts, (101, 2));
    }

    #[rstest]
    #[case::check("91110000600037341N", "its check character should be `L`")]
    #[case::authority("A1110000600037341L", "character 1 may not be `A`")]
    #[case::letter_o("9111000060003734OL", "character 17 may not be `O`")]
    #[case::suffix("916400005541616821(01）", "expected 18 characters")]
    #[case::not_ascii("九1110000600037341L", "character 1 may not be `九`")]
    #[case::empty("", "expected 18 characters")]
    fn a_wrong_credit_code_says_what_is_wrong(#[case] text: &str, #[case] why: &str) {
        let error = text.parse::<CreditCode>().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn every_permit_of_the_real_register_is_accepted() {
        let permits: Vec<PermitNumber> = REGISTER
            .lines()
            .skip(1)
            .filter_map(|row| row.split_once(',').map(|(_, permit)| permit))
            .filter(|permit| !permit.is_empty())
            .map(|permit| permit.parse().unwrap())
            .collect();
        assert_eq!(permits.len(), 39);
        assert!(
            permits
                .iter()
                .any(|p| p.as_str() == "91640000763202372W001P")
        );
    }

    #[test]
    fn one_holder_has_several_permits() {
        let permit = |text: &str| text.parse::<PermitNumber>().unwrap();
        let (one, two) = (
            permit("916400007106647920001P"),
            permit("916400007106647920002P"),
        );
        assert_ne!(one, two);
        assert_eq!(one.holder(), two.holder());
    }

    #[rstest]
    #[case::credit_code_alone("916400007106647920")]
    #[case::two_digits("91640000710664792001PP")]
    #[case::wrong_check("916400007106647921001P")]
    #[case::chinese("916400007106647920001许")]
    fn what_is_no_permit_number_is_refused(#[case] text: &str) {
        text.parse::<PermitNumber>().unwrap_err();
    }

    proptest! {
        #[test]
        fn a_changed_character_never_passes_the_check(
            body in "9[123][1-6][0-9]{5}[0-9A-HJ-NP-RTUWXY]{9}",
            place in 8_usize..17,
            other in "[0-9A-HJ-NP-RTUWXY]",
        ) {
            let code = CreditCode::with_check(&body).unwrap();
            let mut changed = code.to_string();
            changed.replace_range(place..=place, &other);
            prop_assert_eq!(changed.parse::<CreditCode>().is_ok(), changed == code.as_str());
        }

        #[test]
        fn a_number_reads_back_as_it_is_written(
            body in "9[123][1-6][0-9]{5}[0-9A-HJ-NP-RTUWXY]{9}",
            site in "[0-9]{3}[A-Z]",
            number in "[0-9A-Za-z许昌_./-]{1,64}",
            any in "\\PC{0,24}",
        ) {
            let code = CreditCode::with_check(&body).unwrap();
            prop_assert_eq!(code.to_string().to_lowercase().parse(), Ok(code));
            let permit = format!("{code}{site}").parse::<PermitNumber>().unwrap();
            prop_assert_eq!(permit.to_string().to_lowercase().parse(), Ok(permit));
            for text in [number, any] {
                if let Ok(read) = text.parse::<PlantNumber>() {
                    prop_assert_eq!(read.to_string(), text);
                }
            }
        }
    }
}
