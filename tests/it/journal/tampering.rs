//! Whatever is touched in the record is named.

use super::*;

/// What somebody changes, how to take it back, and what verification says to it.
type Change = (&'static str, &'static str, &'static str);

/// One change for every append-only table and every kind of column.
const CHANGES: &[Change] = &[
    (
        "UPDATE plan_line SET snapshot = '{ }'",
        "UPDATE plan_line SET snapshot = '{}'",
        "plan_line 1 1 was changed",
    ),
    (
        "UPDATE plan_line SET name = '厂!'",
        "UPDATE plan_line SET name = '厂'",
        "plan_line 1 1 was changed",
    ),
    (
        "UPDATE plan_line SET owed = 2",
        "UPDATE plan_line SET owed = 1",
        "plan_line 1 1 was changed",
    ),
    (
        "UPDATE notice_step SET body = '{ }'",
        "UPDATE notice_step SET body = '{}'",
        "notice_step 1 1 was changed",
    ),
    (
        "UPDATE advisory_step SET at = 7",
        "UPDATE advisory_step SET at = 6",
        "advisory_step 1 1 was changed",
    ),
    (
        "UPDATE advisory_recipient SET name = '另一厂'",
        "UPDATE advisory_recipient SET name = '厂'",
        "advisory_recipient 1 1 was changed",
    ),
    (
        "UPDATE list_row SET body = '{ }'",
        "UPDATE list_row SET body = '{}'",
        "list_row 1 1 was changed",
    ),
    (
        "UPDATE answer SET kind = 'acknowledgeD'",
        "UPDATE answer SET kind = 'acknowledged'",
        "answer 1 was changed",
    ),
    (
        "UPDATE answer SET late = TRUE",
        "UPDATE answer SET late = FALSE",
        "answer 1 was changed",
    ),
    (
        "UPDATE answer SET unit = ''",
        "UPDATE answer SET unit = NULL",
        "answer 1 was changed",
    ),
    (
        "UPDATE answer SET answer_key = 2",
        "UPDATE answer SET answer_key = 1",
        "answer 2 was added",
    ),
    (
        "UPDATE attempt SET reply = '550 ok'",
        "UPDATE attempt SET reply = '250 ok'",
        "attempt 1 was changed",
    ),
    (
        "UPDATE instruction SET number = '89'",
        "UPDATE instruction SET number = '88'",
        "instruction 1 was changed",
    ),
    (
        "UPDATE information_update SET body = '{ }'",
        "UPDATE information_update SET body = '{}'",
        "information_update 1 was changed",
    ),
    (
        "UPDATE outlook_day SET issued_at = 0",
        "UPDATE outlook_day SET issued_at = NULL",
        "outlook_day 1 was changed",
    ),
    (
        "UPDATE outlook_hours SET body = '{ }'",
        "UPDATE outlook_hours SET body = '{}'",
        "outlook_hours 1 was changed",
    ),
    (
        "UPDATE proposal SET body = '{ }'",
        "UPDATE proposal SET body = '{}'",
        "proposal 1 was changed",
    ),
    (
        "UPDATE playbook_activation SET activated_by = 'y'",
        "UPDATE playbook_activation SET activated_by = 'x'",
        "playbook_activation 1 was changed",
    ),
    (
        "UPDATE playbook_file SET body = 'Text'",
        "UPDATE playbook_file SET body = 'text'",
        "playbook_file 982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1 was changed",
    ),
    (
        "UPDATE scan SET body = 'c2Nhbh=='",
        "UPDATE scan SET body = 'c2Nhbg=='",
        "scan ",
    ),
    (
        "UPDATE journal_entry SET body = '{\"reason\":\"别的\"}' WHERE vouches <> '[]'",
        "UPDATE journal_entry SET body = '{\"reason\":\"测试\"}' WHERE vouches <> '[]'",
        "position 2: entry ",
    ),
    (
        "UPDATE journal_entry SET at = at + 1 WHERE vouches <> '[]'",
        "UPDATE journal_entry SET at = at - 1 WHERE vouches <> '[]'",
        "position 2: entry ",
    ),
    (
        "UPDATE journal_entry SET region = NULL WHERE vouches <> '[]'",
        "UPDATE journal_entry SET region = '411000' WHERE vouches <> '[]'",
        "position 2: entry ",
    ),
    (
        "UPDATE journal_entry SET region = 'nowhere' WHERE vouches <> '[]'",
        "UPDATE journal_entry SET region = '411000' WHERE vouches <> '[]'",
        "position 2: entry ",
    ),
];

both_engines! {
    async fn one_byte_changed_anywhere_in_the_record_is_named(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.act(1).await;
        record::fill(&ledger).await;
        ledger.act(1).await;
        ledger.seal().await;
        let report = ledger.verify().await;
        assert_eq!(report.faults, []);
        assert_eq!((report.rows, report.files), (13, 2));

        for &(change, back, named) in CHANGES {
            tamper(&db, &[change]).await;
            let faults = ledger.faults().await;
            assert!(
                faults.iter().any(|fault| fault.starts_with(named)),
                "{change}: {faults:?}"
            );
            tamper(&db, &[back]).await;
            assert_eq!(ledger.faults().await, [""; 0], "{back}");
        }
    }

    async fn a_record_that_was_not_migrated_yet_is_verified_without_the_newest_table(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.act(1).await;
        ledger.seal().await;
        let mut tx = db.begin().await.unwrap();
        tx.execute("DROP TABLE information_update", ()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ledger.faults().await, [""; 0]);
    }

    async fn a_row_changed_together_with_its_digest_is_still_found(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        record::fill(&ledger).await;
        ledger.seal().await;
        let forged = qingkong::domain::record::Attempt {
            key: 1,
            message: 1,
            number: 1,
            at: 7,
            outcome: "never",
            reply: "250 ok",
        };
        let mut tx = db.begin().await.unwrap();
        tx.execute(
            "UPDATE attempt SET outcome = 'never', digest = $1",
            (forged.digest().to_string(),),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let faults = ledger.faults().await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("attempt 1 to 1: a row was"), "{faults:?}");
    }

    async fn a_row_removed_and_a_row_added_are_found(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        record::fill(&ledger).await;
        ledger.seal().await;
        tamper(&db, &[
            "INSERT INTO attempt SELECT 5, message_key, 2, at, outcome, reply, digest FROM attempt",
            "DELETE FROM answer",
        ])
        .await;
        let faults = ledger.faults().await;
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("answer 1 to 1: a row was"), "{faults:?}");
        assert_eq!(faults[1], "attempt 5 was added: no entry vouches for it");
    }

    async fn a_step_that_nobody_took_is_found(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        record::fill(&ledger).await;
        ledger.seal().await;
        tamper(&db, &[
            "INSERT INTO notice_step SELECT notice_key, 2, at, body, digest FROM notice_step",
            // A step of the advisory on record, and the first of one that no entry knows.
            "INSERT INTO advisory_step SELECT advisory_key, 2, at, body, digest FROM advisory_step",
            "INSERT INTO advisory SELECT 2, 'b', region, state, playbook, drafted_at, ends_at, owed FROM advisory",
            "INSERT INTO advisory_step SELECT 2, 1, at, body, digest FROM advisory_step WHERE seq = 1",
            "INSERT INTO advisory_recipient SELECT 1, 2, region, name, digest FROM advisory_recipient",
        ])
        .await;
        let added =
            ["notice_step 1 2", "advisory_step 1 2", "advisory_step 2 1", "advisory_recipient 1 2"];
        let added = added.map(|step| format!("{step} was added: no entry vouches for it"));
        assert_eq!(ledger.faults().await, added);
    }

    async fn a_plan_marked_as_issued_behind_the_journals_back_is_found(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        record::fill(&ledger).await;
        ledger.seal().await;
        tamper(&db, &[
            "INSERT INTO plan VALUES
                    (2, 'q', 1, 1, 'live', 2, 1, 1, 0, 'p', 1, 1, 1, 'd', '{}', 0, 0)",
        ])
        .await;
        assert_eq!(
            ledger.faults().await,
            ["plan 2 is marked as issued, and no entry vouches for its lines"]
        );
    }

    async fn the_newest_sealed_entry_deleted_is_named_by_what_was_told_outside(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.act(3).await;
        ledger.seal().await;
        ledger.act(1).await;
        let newest = ledger.seal().await;
        tamper(&db, &[
            "DELETE FROM journal_seal WHERE position = 4",
            "DELETE FROM journal_entry
              WHERE entry_id NOT IN (SELECT entry_id FROM journal_seal)",
        ])
        .await;
        let named = format!("position 4 known outside with seal {} is missing", newest.seal);
        assert_eq!(ledger.faults().await, [named]);
        assert_eq!(ledger.verify().await.first_touched(), Some(4));
        // Without the outside, a chain that is merely shorter cannot be told from a whole one.
        assert!(verify::verify(&db, None).await.unwrap().is_whole());
    }

    async fn an_entry_taken_out_of_the_chain_or_the_queue_is_found(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.act(3).await;
        ledger.seal().await;
        ledger.act(1).await;
        tamper(&db, &["DELETE FROM journal_seal WHERE position = 2", "DELETE FROM journal_pending"])
            .await;
        let faults = ledger.faults().await;
        assert_eq!(faults[0], "positions 2 to 2 are missing");
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[1..].iter().all(|fault| fault.ends_with("waits for none")), "{faults:?}");
    }

    async fn an_entry_inserted_in_the_middle_breaks_the_seal_there(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.act(4).await;
        ledger.seal().await;
        ledger.act(1).await;
        tamper(&db, &[
            "UPDATE journal_seal SET position = position + 100 WHERE position >= 3",
            "UPDATE journal_seal SET position = position - 99 WHERE position >= 100",
            "INSERT INTO journal_seal (position, entry_id, seal, sealed_at)
             SELECT 3, p.entry_id, s.seal, 0
               FROM journal_pending p
               JOIN journal_seal s ON s.position = 2",
            "DELETE FROM journal_pending",
        ])
        .await;
        let faults = ledger.faults().await;
        assert!(faults[0].starts_with("position 3: the seal does not follow"), "{faults:?}");
        assert_eq!(ledger.verify().await.first_touched(), Some(3));
    }

    async fn a_chain_rebuilt_from_the_middle_differs_from_what_was_told_outside(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        for _ in 0..4 {
            ledger.act(1).await;
            ledger.seal().await;
        }
        // Whoever owns the database drops the second entry and seals all the others anew.
        tamper(&db, &[
            "INSERT INTO journal_pending
             SELECT e.entry_id, e.at, s.position FROM journal_entry e JOIN journal_seal s USING (entry_id)
              WHERE s.position > 2",
            "DELETE FROM journal_seal WHERE position > 1",
            "DELETE FROM journal_entry
              WHERE entry_id NOT IN (SELECT entry_id FROM journal_seal)
                AND entry_id NOT IN (SELECT entry_id FROM journal_pending)",
        ])
        .await;
        journal::seal(&ledger.app).await.unwrap();
        let faults = ledger.faults().await;
        assert!(
            faults[0].starts_with("position 2 is known outside with seal "),
            "{faults:?}"
        );
        assert!(faults[0].ends_with("rebuilt somewhere after position 1"), "{faults:?}");
        assert!(faults[1].starts_with("position 4 known outside"), "{faults:?}");
        assert_eq!(ledger.verify().await.first_touched(), Some(2));
    }

    async fn an_entry_touched_before_it_was_sealed_is_found_before_and_after(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.act(2).await;
        tamper(&db, &["UPDATE journal_entry SET actor = 'somebody else'"]).await;
        let faults = ledger.faults().await;
        assert!(faults.iter().all(|fault| fault.starts_with("unsealed entry ")), "{faults:?}");
        ledger.seal().await;
        let faults = ledger.faults().await;
        assert!(faults[0].starts_with("position 1: entry "), "{faults:?}");
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
