//! Dead letters: what was given up, until a person sends it on its way again.

use chrono::{DateTime, Utc};

use crate::domain::id::{AdvisoryId, MessageKey, OrderKey};
use crate::domain::lane::Lane;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;
use crate::store::db::FromRow;
use crate::store::{Inconsistency, Result, Tx};

/// What a dead letter was to tell of, as a person looks it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An order.
    Order(OrderKey),
    /// An advisory.
    Advisory(AdvisoryId),
}

/// The messages `m` of a lane that were given up, each with its recipient: a line `l` with the
/// recipient `r` of it, or one `t` of those an advisory `v` was published to.
macro_rules! dead_letters {
    () => {
        "  FROM message m
           LEFT JOIN plan_line          l ON l.plan_key      = m.plan_key
                                         AND l.order_key     = m.order_key
           LEFT JOIN recipient          r ON r.recipient_key = l.recipient_key
           LEFT JOIN advisory           v ON v.advisory_key  = m.advisory_key
           LEFT JOIN advisory_recipient t ON t.advisory_key  = m.advisory_key
                                         AND t.recipient_key = m.recipient_key
           JOIN attempt                 a ON a.message_key   = m.message_key
                                         AND a.number        = m.attempts
          WHERE m.state = 'dead'
            AND m.lane  = $1"
    };
}

/// A dead letter, as a person looks at it: no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its key.
    pub key: MessageKey,
    /// What it was to tell of.
    pub subject: Subject,
    /// The recipient's name.
    pub recipient: String,
    /// The recipient's place.
    pub region: RegionCode,
    /// `email` or `webhook`.
    pub channel: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// When the last was made.
    pub last_at: DateTime<Utc>,
    /// Why it was given up.
    pub why: String,
}

/// Dead letters of a region and everything below it, or of all regions, after a key, in key order.
pub async fn list_dead<L: Lane>(
    tx: &mut Tx,
    region: Option<RegionCode>,
    after: MessageKey,
    limit: i64,
) -> Result<Vec<DeadLetter>> {
    let stem = region.as_ref().map_or("", |region| region.stem());
    let rows: Vec<DeadRow> = tx
        .all(
            concat!(
                "SELECT m.message_key, m.order_key, v.advisory_id,
                        COALESCE(l.name, t.name) AS name, COALESCE(r.region, t.region) AS region,
                        m.channel, m.attempts, a.at, a.reply",
                dead_letters!(),
                "   AND m.message_key > $2
                    AND COALESCE(r.region, t.region) LIKE $3
                  ORDER BY m.message_key
                  LIMIT $4"
            ),
            (L::NAME, after.0, format!("{stem}%"), limit),
        )
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

/// Where the recipient of a dead letter lies; none if there is no such dead letter.
pub async fn find_dead_region<L: Lane>(
    tx: &mut Tx,
    message: MessageKey,
) -> Result<Option<RegionCode>> {
    let row: Option<(Option<String>,)> = tx
        .optional(
            concat!(
                "SELECT COALESCE(r.region, t.region)",
                dead_letters!(),
                "   AND m.message_key = $2"
            ),
            (L::NAME, message.0),
        )
        .await?;
    let wrong = |error| {
        Inconsistency::on("recipient")
            .column("region")
            .row(message)
            .source(error)
    };
    let region = row.and_then(|(region,)| region);
    let region = region.map(|region| region.parse().map_err(wrong));
    Ok(region.transpose()?)
}

/// Sends a dead letter on its way again, with its patience restored; whether it was one.
pub async fn redrive(tx: &mut Tx, message: MessageKey, now: DateTime<Utc>) -> Result<bool> {
    let redriven = tx
        .execute(
            "UPDATE message
                SET state          = 'due',
                    due_at         = $2,
                    redriven_at    = $2,
                    redriven_after = attempts
              WHERE message_key = $1
                AND state = 'dead'",
            (message.0, now.timestamp_millis()),
        )
        .await?;
    Ok(redriven > 0)
}

#[derive(FromRow)]
struct DeadRow {
    message_key: i64,
    order_key: Option<i64>,
    advisory_id: Option<String>,
    name: String,
    region: String,
    channel: String,
    attempts: i32,
    at: i64,
    reply: String,
}

impl TryFrom<DeadRow> for DeadLetter {
    type Error = Inconsistency;

    fn try_from(row: DeadRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("message")
                .column(column)
                .row(row.message_key)
        };
        let subject = match (row.order_key, row.advisory_id) {
            (Some(order), _) => Subject::Order(OrderKey(order)),
            (None, Some(advisory)) => Subject::Advisory(
                advisory
                    .parse()
                    .map_err(|error| wrong("advisory_key").source(error))?,
            ),
            (None, None) => return Err(wrong("order_key")),
        };
        Ok(Self {
            key: MessageKey(row.message_key),
            subject,
            recipient: row.name,
            region: row
                .region
                .parse()
                .map_err(|error| wrong("region").source(error))?,
            channel: row.channel,
            attempts: row.attempts.try_into().map_err(|_| wrong("attempts"))?,
            last_at: from_millis(row.at).ok_or_else(|| wrong("at"))?,
            why: row.reply,
        })
    }
}
