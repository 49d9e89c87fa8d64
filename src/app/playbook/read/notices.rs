//! The text of notices, tried with every kind of notice.

use std::collections::BTreeMap;

use super::super::sample::{bare_notice, full_notice};
use super::Reading;
use crate::domain::notice::NoticeKind;
use crate::i18n::Language;
use crate::notify::render::{NoticeText, TextError};

impl Reading<'_> {
    /// The text of each language, filled in with much to say and with little.
    pub(super) fn notices(&mut self) -> BTreeMap<Language, NoticeText> {
        let every = Language::ALL.into_iter();
        every
            .filter_map(|language| {
                let read = NoticeText::read(self.with(language, "notice"), language);
                let read = read.and_then(|text| {
                    for kind in NoticeKind::ALL {
                        text.write(&full_notice(kind))?;
                        text.write(&bare_notice(kind))?;
                    }
                    self.with_words_for_every_kind(text, language)
                });
                Some((language, self.text(read)?))
            })
            .collect()
    }

    /// A text that tells some kinds as withdrawals contradicts itself. Files of the record may be
    /// from before there were such notices, which are then told in the newer words.
    fn with_words_for_every_kind(
        &mut self,
        text: NoticeText,
        language: Language,
    ) -> Result<NoticeText, TextError> {
        let mistaken = text.mistakes(bare_notice)?;
        if mistaken.is_empty() {
            return Ok(text);
        }
        for (kind, name) in mistaken {
            let path = format!("texts/{}/notice/{name}", language.as_str());
            let what = format!("expected words for a notice to {kind}: it reads as a withdrawal");
            self.contradiction(&path, 1, what);
        }
        match NoticeText::read(self.newer, language) {
            Ok(newer) => Ok(text.with_newer(newer)),
            Err(TextError::Missing(_)) => Ok(text),
            Err(error) => Err(error),
        }
    }
}
