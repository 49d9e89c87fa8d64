//! One row of every append-only table, with an act that vouches for it.

use qingkong::domain::digest::Digest;
use qingkong::domain::id::{OrderKey, RecipientKey};
use qingkong::domain::{plan, record};

use super::*;

/// Fills the record, vouched for by one entry.
pub(super) async fn fill(ledger: &Ledger) {
    let db = &ledger.app.db;
    fill_warning(db).await;
    fill_outbox(db).await;
    fill_outlook(db).await;
    fill_playbook(db).await;
    let mut rows = Vec::new();
    for table in [
        RowTable::PlanLine(1),
        RowTable::NoticeStep(1),
        RowTable::AdvisoryStep(1),
        RowTable::AdvisoryRecipient(1),
        RowTable::ListRow(1),
        RowTable::Answer,
        RowTable::Attempt,
        RowTable::Instruction,
        RowTable::InformationUpdate,
        RowTable::OutlookDay,
        RowTable::OutlookHours,
        RowTable::Proposal,
        RowTable::PlaybookActivation,
    ] {
        rows.push(vouch(db, table, 1, 1).await);
    }
    ledger.act_vouching(rows).await;
}

async fn fill_warning(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    for statement in [
        "INSERT INTO recipient VALUES (1, 'plant', '411000', 'XC-1', '411081', '厂', 1, TRUE)",
        "INSERT INTO list_version VALUES (1, '411000', 0, 'x', 'x', 1, 'x')",
        "INSERT INTO warning VALUES (1, 'w', '411000', 'live', TRUE, NULL, 1, 1, 0, 0, NULL)",
        "INSERT INTO notice VALUES (1, 'n', 1, '411000', 'live', 'issued', 'p', 'D', 0, 0, 1, FALSE)",
        "INSERT INTO plan VALUES (1, 'p', 1, 1, 'live', 1, NULL, 1, 0, 'p', 1, 1, 1, 'd', '{}', 0, 0)",
    ] {
        tx.execute(statement, ()).await.unwrap();
    }
    let step = record::NoticeStep {
        notice: 1,
        seq: 1,
        at: 5,
        body: "{}",
    };
    tx.execute(
        "INSERT INTO notice_step VALUES (1, 1, 5, '{}', $1)",
        (step.digest().to_string(),),
    )
    .await
    .unwrap();
    tx.execute(
        "INSERT INTO advisory VALUES (1, 'a', '411000', 'draft', 'p', 6, NULL, FALSE)",
        (),
    )
    .await
    .unwrap();
    let step = record::AdvisoryStep {
        advisory: 1,
        seq: 1,
        at: 6,
        body: "{}",
    };
    tx.execute(
        "INSERT INTO advisory_step VALUES (1, 1, 6, '{}', $1)",
        (step.digest().to_string(),),
    )
    .await
    .unwrap();
    let told = record::AdvisoryRecipient {
        advisory: 1,
        recipient: 1,
        region: "411081",
        name: "厂",
    };
    tx.execute(
        "INSERT INTO advisory_recipient VALUES (1, 1, '411081', '厂', $1)",
        (told.digest().to_string(),),
    )
    .await
    .unwrap();
    let update = record::InformationUpdate {
        key: 1,
        warning: 1,
        at: 7,
        body: "{}",
    };
    tx.execute(
        "INSERT INTO information_update VALUES (1, 1, 7, '{}', $1)",
        (update.digest().to_string(),),
    )
    .await
    .unwrap();
    let row = record::ListRow { body: "{}" };
    tx.execute(
        "INSERT INTO list_row VALUES (1, 1, '{}', $1)",
        (row.digest().to_string(),),
    )
    .await
    .unwrap();
    let line = plan::Columns {
        order: OrderKey(1),
        recipient: RecipientKey(1),
        change: "begin",
        owed: 1,
        county: "411081",
        name: "厂",
        snapshot: "{}",
        obligations: "o",
    };
    tx.execute(
        "INSERT INTO plan_line VALUES (1, 1, 1, 'begin', 1, '411081', '厂', '{}', 'o', $1)",
        (line.digest().to_string(),),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn fill_outbox(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    let attempt = record::Attempt {
        key: 1,
        message: 1,
        number: 1,
        at: 7,
        outcome: "delivered",
        reply: "250 ok",
    };
    tx.execute(
        "INSERT INTO attempt VALUES (1, 1, 1, 7, 'delivered', '250 ok', $1)",
        (attempt.digest().to_string(),),
    )
    .await
    .unwrap();
    let answer = record::Answer {
        key: 1,
        order: 1,
        plan: 1,
        revision: 1,
        kind: "acknowledged",
        unit: None,
        reason: Some("r"),
        note_digest: None,
        by_role: "responsible",
        by_key: "9",
        at: 8,
        late: false,
        complete: false,
        nonce: "n",
    };
    tx.execute(
        "INSERT INTO answer VALUES
                (1, 1, 1, 1, 'acknowledged', NULL, 'r', NULL, 'responsible', '9', 8, FALSE, FALSE, 'n', $1)",
        (answer.digest().to_string(),),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn fill_outlook(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    let day = record::OutlookDay {
        key: 1,
        region: "411000",
        on_day: "2026-11-25",
        origin: "observed",
        source: "市站",
        body: "{}",
        issued_at: None,
        received_at: 9,
        received_by: "x",
    };
    tx.execute(
        "INSERT INTO outlook_day VALUES
                (1, '411000', '2026-11-25', 'observed', '市站', '{}', NULL, 9, 'x', $1)",
        (day.digest().to_string(),),
    )
    .await
    .unwrap();
    let hours = record::OutlookHours {
        day_key: 1,
        body: "{}",
    };
    tx.execute(
        "INSERT INTO outlook_hours VALUES (1, '{}', $1)",
        (hours.digest().to_string(),),
    )
    .await
    .unwrap();
    let proposal = record::Proposal {
        key: 1,
        region: "411000",
        made_at: 9,
        rules: "mee-2024",
        rules_digest: "d",
        body: "{}",
    };
    tx.execute(
        "INSERT INTO proposal VALUES
                (1, '411000', 9, 'mee-2024', 'd', '{}', $1, 'open', NULL, NULL, NULL)",
        (proposal.digest().to_string(),),
    )
    .await
    .unwrap();
    let instruction = record::Instruction {
        key: 1,
        id: "i",
        region: "411000",
        number: "88",
        received_at: 3,
        registered_at: 4,
        registered_by: "x",
        body: "{}",
    };
    tx.execute(
        "INSERT INTO instruction VALUES (1, 'i', '411000', '88', 3, 4, 'x', '{}', $1)",
        (instruction.digest().to_string(),),
    )
    .await
    .unwrap();
    // The bytes `scan`, in base64.
    tx.execute(
        "INSERT INTO scan VALUES ($1, 'a.pdf', 'application/pdf', 'c2Nhbg==', 0, 'x')",
        (Digest::of(b"scan").to_string(),),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn fill_playbook(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    let file = Digest::of(b"text").to_string();
    let files = format!("{file} law.toml\n");
    let digest = Digest::of(files.as_bytes()).to_string();
    tx.execute(
        "INSERT INTO playbook_file VALUES ($1, 'text')",
        (file.as_str(),),
    )
    .await
    .unwrap();
    tx.execute(
        "INSERT INTO playbook VALUES ($1, $2)",
        (digest.as_str(), files.as_str()),
    )
    .await
    .unwrap();
    let activation = record::PlaybookActivation {
        seq: 1,
        playbook: &digest,
        activated_at: 2,
        activated_by: "x",
    };
    tx.execute(
        "INSERT INTO playbook_activation VALUES (1, $1, 2, 'x', $2)",
        (digest.as_str(), activation.digest().to_string()),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}
