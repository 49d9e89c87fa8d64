//! Where the values of the outlook come from, and where those who foresee them are not of one mind.

use chrono::NaiveDate;

use crate::app::desk::Names;
use crate::domain::outlook::{Agreed, Consensus, Given};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::status::Category;

/// Where a value comes from, when it was made, and how it came in.
pub(super) fn provenance(given: &Given, names: &Names, language: Language) -> String {
    let by = match given.received_by.as_str() {
        "schedule" => language.say("received-by-schedule").to_string(),
        "command line" => language.say("received-by-command-line").to_string(),
        actor => names.of_actor(actor),
    };
    let brief = |at| language.brief(WrittenTime::of(at));
    let said = match given.issued_at {
        Some(issued_at) => language
            .say("provenance-issued")
            .with("issued", brief(issued_at)),
        None => language.say("provenance"),
    };
    said.with("source", given.source.as_str())
        .with("received", brief(given.received_at))
        .with("by", by)
        .to_string()
}

/// The days from one on for which a fresh forecast lies in another category than the one taken, each
/// with what everybody says.
pub(super) fn differences(
    consensus: &Consensus,
    from: NaiveDate,
    language: Language,
) -> Vec<(NaiveDate, String)> {
    let days = consensus.outlook().days().as_slice().iter();
    let coming = days.map(|day| day.on).filter(|on| *on >= from);
    let differing = coming.filter_map(|on| {
        let agreed = consensus.on(on).filter(|agreed| is_disputed(agreed))?;
        let words = match language {
            Language::Zh => agreed.zh(),
            Language::En => agreed.en(),
        };
        Some((on, words))
    });
    differing.collect()
}

fn is_disputed(agreed: &Agreed) -> bool {
    let taken = agreed.taken.value.map(Category::of);
    let mut rivals = agreed.rivals().map(|rival| rival.value.map(Category::of));
    rivals.any(|rival| rival != taken)
}
