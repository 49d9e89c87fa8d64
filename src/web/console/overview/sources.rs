//! Where the values of the outlook come from, and where those who foresee them are not of one mind.

use chrono::NaiveDate;

use crate::app::Caller;
use crate::app::desk::Names;
use crate::app::skill::Scored;
use crate::domain::aqi::Standards;
use crate::domain::outlook::{Consensus, Voice};
use crate::domain::skill::{LeadSkill, Skill};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::overview::{SkillRow, SkillTable};

/// How many days ahead the table of skill reaches; the interface tells of all.
const LEADS: u16 = 3;

/// Where a value comes from, when it was made, and how it came in; a stale one is marked.
pub(super) fn provenance(voice: &Voice, names: &Names, language: Language) -> String {
    let given = &voice.given;
    let by = match given.received_by.as_str() {
        Caller::SCHEDULE => language.say("received-by-schedule").to_string(),
        Caller::OPERATOR => language.say("received-by-command-line").to_string(),
        actor => names.of_actor(actor),
    };
    let brief = |at| language.brief(WrittenTime::of(at));
    let said = match given.issued_at {
        Some(issued_at) if voice.stale => language
            .say("provenance-stale")
            .with("issued", brief(issued_at)),
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
    standards: &Standards,
    from: NaiveDate,
    language: Language,
) -> Vec<(NaiveDate, String)> {
    let days = consensus.outlook().days().as_slice().iter();
    let coming = days.map(|day| day.on).filter(|on| *on >= from);
    let differing = coming.filter_map(|on| {
        let agreed = consensus.on(on)?;
        if !agreed.is_disputed(standards.of(on)) {
            return None;
        }
        let words = match language {
            Language::Zh => agreed.zh(),
            Language::En => agreed.en(),
        };
        Some((on, words))
    });
    differing.collect()
}

/// How good the forecasts were of late; none where no forecast has met its day yet.
pub(super) fn skill(scored: &Scored) -> Option<SkillTable> {
    let rows = scored.skills.iter().flat_map(|skill| {
        let leads = skill.leads.iter();
        let shown = leads.filter(|lead| (1..=LEADS).contains(&lead.lead_days));
        shown.map(|lead| row(skill, lead))
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| SkillTable {
        from: scored.from,
        to: scored.to,
        lines: scored.lines.keys().copied().collect(),
        rows,
    })
}

fn row(skill: &Skill, lead: &LeadSkill) -> SkillRow {
    SkillRow {
        source: skill.source.clone(),
        lead_days: lead.lead_days,
        days: lead.days,
        bias: tenths(lead.bias_tenths()),
        absolute_error: tenths(lead.absolute_error_tenths()),
        lines: lead.lines.clone(),
    }
}

/// `-3.5`.
fn tenths(tenths: i32) -> String {
    format!("{:.1}", f64::from(tenths) / 10.0)
}
