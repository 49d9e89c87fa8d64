//! What is still to be signed on paper.

use super::{Drawn, advisory};
use crate::app::signature::Owing;
use crate::web::pages::overview::OwingItem;
use crate::web::shown;

impl Drawn<'_> {
    pub(super) fn owing(&self, owing: &[Owing]) -> Vec<OwingItem> {
        let items = owing.iter().filter_map(|it| {
            let owed = it.owed()?;
            Some(OwingItem {
                href: match it {
                    Owing::Notice(record) => format!("/notices/{}", record.id),
                    Owing::Advisory(record) => advisory::address(record.id),
                },
                what: self.what(it),
                title: owed.title.to_owned(),
                to_sign_by: owed.to_sign_by,
                passed: owed.to_sign_by.at() < self.desk.now,
            })
        });
        items.collect()
    }

    /// What is to be signed: what kind it is, of which level or place, under which number.
    fn what(&self, owing: &Owing) -> String {
        let language = self.seat.language;
        match owing {
            Owing::Notice(record) => {
                let contents = record.notice.contents();
                let kind = language.notice_kind(contents.kind).to_string();
                let level = shown::level(contents).map(|level| language.level(level).to_string());
                let number = shown::number([&**record]);
                let said = [Some(kind), level, number].into_iter().flatten();
                said.collect::<Vec<_>>().join(" · ")
            }
            Owing::Advisory(record) => {
                let contents = record.advisory.contents();
                let kind = advisory::kind(contents).word(language);
                format!("{kind} · {}", advisory::place(contents, self.desk))
            }
        }
    }
}
