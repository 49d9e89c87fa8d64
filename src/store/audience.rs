//! Whom advisories are sent to, and what came of it.
//!
//! An audience is fixed when an advisory is published, and each step that is told goes to the same. A
//! message goes to whoever can be reached for one of them at that moment; one of them for whom nobody
//! can be has no message, and is counted as such.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::db::{Among, FromRow};
use super::{Inconsistency, Result, StoreError, Tx, counter};
use crate::domain::advisory::Reached;
use crate::domain::digest::Digest;
use crate::domain::id::{AdvisoryKey, ContactKey, RecipientKey};
use crate::domain::lane::Lane;
use crate::domain::playbook::Addressees;
use crate::domain::record;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;

/// One of those an advisory is published to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Its key.
    pub recipient: RecipientKey,
    /// Where it lies.
    pub region: RegionCode,
    /// What it is called.
    pub name: String,
}

/// How far one of an audience was told of a step.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Who.
    pub addressee: Addressee,
    /// How it went.
    pub reached: Reached,
    /// Every way by which it was tried.
    pub ways: Vec<Way>,
}

/// One message about a step, as a person looks at it: no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// `email` or `webhook`.
    pub channel: String,
    /// The role of whoever it is for; none once they were erased.
    pub role: Option<String>,
    /// How it went.
    pub reached: Reached,
    /// How often it was tried, the attempt under way included.
    pub attempts: u32,
    /// When the last attempt that has ended was made, and what the other side said, or we.
    pub last: Option<(DateTime<Utc>, String)>,
}

/// Who may be told within an area: active plants or offices of the lists by which orders go, in the
/// order of their keys.
pub async fn list_addressees(
    tx: &mut Tx,
    kind: Addressees,
    area: RegionCode,
) -> Result<Vec<Addressee>> {
    let kind = match kind {
        Addressees::Enterprises => "plant",
        Addressees::Offices => "office",
    };
    let rows: Vec<AddresseeRow> = tx
        .all(
            "SELECT recipient_key, region, name
               FROM recipient
              WHERE kind = $1
                AND active
                AND region LIKE $2
                AND SUBSTR(list_region, 1, 4) = SUBSTR(region, 1, 4)
                AND SUBSTR(list_region, 5) = '00'
              ORDER BY recipient_key",
            (kind, below(Some(area))),
        )
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

/// Fixes whom an advisory is published to; answers with the digests of the rows.
pub async fn add_audience<'a>(
    tx: &mut Tx,
    advisory: AdvisoryKey,
    audience: impl IntoIterator<Item = &'a Addressee>,
) -> Result<Vec<(i64, Digest)>> {
    let (mut rows, mut digests) = (Vec::new(), Vec::new());
    for addressee in audience {
        let columns = record::AdvisoryRecipient {
            advisory: advisory.0,
            recipient: addressee.recipient.0,
            region: addressee.region.as_str(),
            name: &addressee.name,
        };
        let digest = columns.digest();
        rows.push((
            columns.advisory,
            columns.recipient,
            columns.region,
            columns.name,
            digest.to_string(),
        ));
        digests.push((columns.recipient, digest));
    }
    tx.insert_many(
        "INSERT INTO advisory_recipient (advisory_key, recipient_key, region, name, digest)",
        rows,
    )
    .await?;
    Ok(digests)
}

/// How many of these recipients have an active contact with a mailbox or an endpoint.
pub async fn count_reachable(tx: &mut Tx, recipients: &[RecipientKey]) -> Result<usize> {
    const REACHABLE: Among = Among::new(
        "SELECT DISTINCT recipient_key
           FROM contact
          WHERE active
            AND (email IS NOT NULL OR webhook IS NOT NULL)
            AND recipient_key",
        "",
    );
    let keys: Vec<i64> = recipients.iter().map(|recipient| recipient.0).collect();
    let rows: Vec<(i64,)> = tx.all_among(REACHABLE, (), &keys).await?;
    Ok(rows.len())
}

/// The audience `t` of advisory `$1` with its active contacts `c` and the channels `w` by which each
/// can be reached.
macro_rules! points {
    () => {
        "  FROM advisory_recipient t
           JOIN contact c ON c.recipient_key = t.recipient_key
          CROSS JOIN (SELECT 'email' AS channel UNION ALL SELECT 'webhook') w
          WHERE t.advisory_key = $1
            AND c.active
            AND CASE w.channel
                    WHEN 'email' THEN c.email
                    ELSE c.webhook
                END IS NOT NULL"
    };
}

/// Puts messages about a step into the outbox: one for every active contact of the audience and
/// every channel it can be reached by. No address is copied.
pub async fn enqueue_messages<L: Lane>(
    tx: &mut Tx,
    advisory: AdvisoryKey,
    step: u32,
    now: DateTime<Utc>,
) -> Result<u64> {
    let points: i64 = tx
        .scalar(concat!("SELECT COUNT(*)", points!()), (advisory.0,))
        .await?;
    let count = u32::try_from(points).expect("a region has fewer contacts");
    let first = counter::allocate(tx, "message", count).await?;
    let messages = tx
        .execute(
            concat!(
                "INSERT INTO message
                        (message_key, lane, advisory_key, recipient_key, contact_key, channel, step,
                         state, due_at, attempts)
                 SELECT $2 - 1 + ROW_NUMBER() OVER (ORDER BY t.recipient_key, c.position, w.channel),
                        $3, t.advisory_key, t.recipient_key, c.contact_key, w.channel, $4, 'due', $5, 0",
                points!()
            ),
            (
                advisory.0,
                first,
                L::NAME,
                i32::try_from(step).expect("an advisory has few steps"),
                now.timestamp_millis(),
            ),
        )
        .await?;
    if messages > u64::from(count) {
        // A contact came in between the two statements: the last keys are not ours.
        let constraint = "message(message_key)".to_owned();
        return Err(StoreError::Conflict { constraint });
    }
    Ok(messages)
}

/// What these recipients are called where an advisory was published to them.
pub async fn list_names(
    tx: &mut Tx,
    advisory: AdvisoryKey,
    recipients: &[RecipientKey],
) -> Result<HashMap<RecipientKey, String>> {
    const NAMES: Among = Among::new(
        "SELECT recipient_key, name
           FROM advisory_recipient
          WHERE advisory_key = $1
            AND recipient_key",
        "",
    );
    let keys: Vec<i64> = recipients.iter().map(|recipient| recipient.0).collect();
    let rows: Vec<(i64, String)> = tx.all_among(NAMES, (advisory.0,), &keys).await?;
    let names = rows.into_iter();
    Ok(names.map(|(key, name)| (RecipientKey(key), name)).collect())
}

/// For which contacts of some recipients, and which channels, a later step of an advisory has put
/// messages in the place of those about an earlier one, with the last such step.
pub async fn list_successors(
    tx: &mut Tx,
    advisory: AdvisoryKey,
    after: u32,
    recipients: &[RecipientKey],
) -> Result<HashMap<(ContactKey, String), u32>> {
    const LATER: Among = Among::new(
        "SELECT contact_key, channel, MAX(step)
           FROM message
          WHERE advisory_key = $1
            AND step > $2
            AND recipient_key",
        "GROUP BY contact_key, channel",
    );
    let keys: Vec<i64> = recipients.iter().map(|recipient| recipient.0).collect();
    let rows: Vec<(i64, String, i32)> = tx
        .all_among(LATER, (advisory.0, i64::from(after)), &keys)
        .await?;
    let successors = rows.into_iter().map(|(contact, channel, step)| {
        let wrong = || Inconsistency::on("message").column("step").row(contact);
        let step = u32::try_from(step).map_err(|_| wrong())?;
        Ok(((ContactKey(contact), channel), step))
    });
    successors.collect()
}

/// The audience `t` of advisory `$1` in regions like `$3`, each with how far it was told of step `$2`.
macro_rules! audience_reached {
    () => {
        "SELECT t.recipient_key, t.region, t.name,
                CASE
                    WHEN COUNT(m.message_key) = 0 THEN 'unreachable'
                    WHEN COUNT(*) FILTER (WHERE m.state = 'delivered') > 0 THEN 'handed-over'
                    WHEN COUNT(*) FILTER (WHERE m.state IN ('due', 'held')) > 0 THEN 'waiting'
                    WHEN COUNT(*) FILTER (WHERE m.state = 'dead') > 0 THEN 'failed'
                    ELSE 'overtaken'
                END AS reached
           FROM advisory_recipient t
           LEFT JOIN message m ON m.advisory_key  = t.advisory_key
                              AND m.recipient_key = t.recipient_key
                              AND m.step          = $2
          WHERE t.advisory_key = $1
            AND t.region LIKE $3
          GROUP BY t.recipient_key, t.region, t.name"
    };
}

/// How many of an audience, in a region and below it or anywhere, were told how far of a step.
pub async fn count_reached(
    tx: &mut Tx,
    (advisory, step): (AdvisoryKey, u32),
    within: Option<RegionCode>,
) -> Result<HashMap<Reached, i64>> {
    let rows: Vec<(String, i64)> = tx
        .all(
            concat!(
                "SELECT reached, COUNT(*) FROM (",
                audience_reached!(),
                ") AS told GROUP BY reached"
            ),
            (advisory.0, i64::from(step), below(within)),
        )
        .await?;
    let counts = rows.into_iter().map(|(word, count)| {
        let wrong = || Inconsistency::on("message").column("state").row(advisory);
        Ok((Reached::of(&word).ok_or_else(wrong)?, count))
    });
    counts.collect()
}

/// An audience after a recipient, in a region and below it or anywhere, in the order of keys, with how
/// far it was told of a step; those of one [`Reached`] only, where that is asked for.
pub async fn page_reached(
    tx: &mut Tx,
    (advisory, step): (AdvisoryKey, u32),
    within: Option<RegionCode>,
    only: Option<Reached>,
    after: RecipientKey,
    limit: i64,
) -> Result<Vec<Listed>> {
    let rows: Vec<ReachedRow> = tx
        .all(
            concat!(
                "SELECT recipient_key, region, name, reached FROM (",
                audience_reached!(),
                ") AS told
                  WHERE recipient_key > $4
                    AND ($5 = '' OR reached = $5)
                  ORDER BY recipient_key
                  LIMIT $6"
            ),
            (
                advisory.0,
                i64::from(step),
                below(within),
                after.0,
                only.map_or("", Reached::as_str),
                limit,
            ),
        )
        .await?;
    let keys: Vec<i64> = rows.iter().map(|row| row.recipient_key).collect();
    let mut ways = list_ways(tx, advisory, step, &keys).await?;
    let listed = rows.into_iter().map(|row| {
        let wrong = || Inconsistency::on("message").column("state");
        Ok(Listed {
            reached: Reached::of(&row.reached).ok_or_else(wrong)?,
            ways: ways.remove(&row.recipient_key).unwrap_or_default(),
            addressee: AddresseeRow {
                recipient_key: row.recipient_key,
                region: row.region,
                name: row.name,
            }
            .try_into()?,
        })
    });
    listed.collect()
}

/// The messages of some of an audience about a step, by recipient.
async fn list_ways(
    tx: &mut Tx,
    advisory: AdvisoryKey,
    step: u32,
    recipients: &[i64],
) -> Result<HashMap<i64, Vec<Way>>> {
    const WAYS: Among = Among::new(
        "SELECT m.recipient_key, m.channel, c.role, m.state, m.attempts, a.at, a.reply
           FROM message m
           LEFT JOIN contact c ON c.contact_key = m.contact_key
           LEFT JOIN attempt a ON a.message_key = m.message_key
                              AND a.number      = m.attempts
                                                  - CASE WHEN m.lease_by IS NULL THEN 0 ELSE 1 END
          WHERE m.advisory_key = $1
            AND m.step         = $2
            AND m.recipient_key",
        "ORDER BY m.message_key",
    );
    let rows: Vec<WayRow> = tx
        .all_among(WAYS, (advisory.0, i64::from(step)), recipients)
        .await?;
    let mut ways: HashMap<i64, Vec<Way>> = HashMap::new();
    for row in rows {
        let wrong = |column| {
            Inconsistency::on("message")
                .column(column)
                .row(row.recipient_key)
        };
        let last = row.at.zip(row.reply);
        let last = last.map(|(at, reply)| Some((from_millis(at)?, reply)));
        ways.entry(row.recipient_key).or_default().push(Way {
            channel: row.channel,
            role: row.role,
            reached: reached(&row.state).ok_or_else(|| wrong("state"))?,
            attempts: row.attempts.try_into().map_err(|_| wrong("attempts"))?,
            last: last
                .map(|last| last.ok_or_else(|| wrong("at")))
                .transpose()?,
        });
    }
    Ok(ways)
}

/// The pattern of the codes of a region and those below it, or of all.
fn below(region: Option<RegionCode>) -> String {
    format!("{}%", region.as_ref().map_or("", |region| region.stem()))
}

/// What the state of a message says of whom it is for.
fn reached(state: &str) -> Option<Reached> {
    Some(match state {
        "due" | "held" => Reached::Waiting,
        "delivered" => Reached::HandedOver,
        "dead" => Reached::Failed,
        "superseded" => Reached::Overtaken,
        _ => return None,
    })
}

#[derive(FromRow)]
struct AddresseeRow {
    recipient_key: i64,
    region: String,
    name: String,
}

impl TryFrom<AddresseeRow> for Addressee {
    type Error = Inconsistency;

    fn try_from(row: AddresseeRow) -> Result<Self, Inconsistency> {
        let wrong = |error| {
            Inconsistency::on("recipient")
                .column("region")
                .row(row.recipient_key)
                .source(error)
        };
        Ok(Self {
            recipient: RecipientKey(row.recipient_key),
            region: row.region.parse().map_err(wrong)?,
            name: row.name,
        })
    }
}

#[derive(FromRow)]
struct ReachedRow {
    recipient_key: i64,
    region: String,
    name: String,
    reached: String,
}

#[derive(FromRow)]
struct WayRow {
    recipient_key: i64,
    channel: String,
    role: Option<String>,
    state: String,
    attempts: i32,
    at: Option<i64>,
    reply: Option<String>,
}
