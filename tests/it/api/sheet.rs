//! Lists as workbooks over HTTP, and on the console's page.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::database::TestDb;
use crate::sheets::{Planted, Returned, bomb, workbook};
use crate::stories::bureau;
use crate::world::{Visitor, World};

const LIST: &str = "/api/v1/imports/enterprises";
const EXPORT: &str = "/api/v1/exports/enterprises?format=xlsx";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn post(visitor: &Visitor, path: &str, bytes: Vec<u8>) -> (u16, Value) {
    let request = visitor
        .request(Method::POST, path)
        .header(header::CONTENT_TYPE, XLSX)
        .body(bytes);
    Visitor::json(request).await
}

both_engines! {
    async fn a_workbook_goes_out_and_in_again_unchanged(db: TestDb) {
        let world = World::new(db).await;
        // More than one page of an export.
        bureau::import(world.app(), 1_200, None).await;
        let administrator = world.administrator().await;
        let answer = administrator.get(EXPORT).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], XLSX);
        let name = "attachment; filename=\"list-411000.xlsx\"";
        assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], name);
        let list = answer.bytes().await.unwrap().to_vec();

        let (status, report) = post(&administrator, &format!("{LIST}?replace=true"), list).await;
        assert_eq!(status, 200, "{report}");
        let same = json!({
            "taken": true, "version": 1, "added": 0, "changed": 0, "unchanged": 1200, "removed": 0,
            "sheet": "应急减排清单", "faults": [],
        });
        assert_eq!(report, same);
    }

    async fn a_hundred_faults_come_back_marked_and_import_once_mended(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let planted = Planted::new(100);
        let faulty = workbook(&planted.faulty);
        let (status, refused) = post(&administrator, LIST, faulty.clone()).await;
        assert_eq!((status, &refused["code"]), (422, &json!("invalid")));

        let accepting = format!("{LIST}?accept_valid=true");
        let (status, taken) = post(&administrator, &accepting, faulty).await;
        assert_eq!((status, &taken["added"]), (200, &json!(200)), "{taken}");
        assert_eq!(taken["faults"].as_array().unwrap().len(), 100);
        assert!(taken["faults"][0]["cell"].as_str().unwrap().starts_with("清单!"));
        let back = BASE64_STANDARD.decode(taken["faulty_workbook"].as_str().unwrap()).unwrap();
        let returned = Returned::open(&back);
        let expected = planted.among_returned();
        let places: BTreeSet<_> = expected.keys().copied().collect();
        assert_eq!(returned.coloured, places);
        assert_eq!(returned.comments.keys().copied().collect::<BTreeSet<_>>(), places);

        let mut mended = returned.cells;
        for ((row, column), sound) in expected {
            mended[row][column] = sound;
        }
        let (status, taken) = post(&administrator, LIST, workbook(&mended)).await;
        assert_eq!((status, &taken["added"]), (200, &json!(100)), "{taken}");
        let sound = workbook(&planted.sound);
        let (_, taken) = post(&administrator, &format!("{LIST}?replace=true"), sound).await;
        assert_eq!(taken["unchanged"], 300, "{taken}");
    }
}

/// Sends a file from the console's page, and answers with the page that comes back.
async fn upload(visitor: &Visitor, how: &str, file: &[u8]) -> String {
    const BOUNDARY: &str = "qingkong-test-boundary";
    let field = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"how\"\r\n\r\n{how}\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"清单.xlsx\"\r\n\
         content-type: {XLSX}\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    let body = [field.as_bytes(), file, end.as_bytes()].concat();
    let request = visitor.request(Method::POST, "/enterprises/import");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let answer = request.header(header::CONTENT_TYPE, kind).body(body);
    answer.send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_takes_a_workbook_and_hands_back_the_marked_rows() {
    let world = World::new(TestDb::sqlite().await).await;
    let administrator = world.administrator().await;
    let planted = Planted::new(5);
    let faulty = workbook(&planted.faulty);
    let tried = upload(&administrator, "trial", &faulty).await;
    assert!(tried.contains("清单!A2"), "{tried}");
    for page in [tried, upload(&administrator, "valid", &faulty).await] {
        assert_marked(&page, &planted);
    }
}

/// That a page has the faulty rows on it as a workbook, marked where they are wrong.
fn assert_marked(page: &str, planted: &Planted) {
    let (_, link) = page.split_once("href=\"data:").unwrap();
    let (address, link) = link.split_once('"').unwrap();
    assert!(
        link.contains("download=\"清单.xlsx.faulty.xlsx\""),
        "{link}"
    );
    let (media_type, file) = address.split_once(";base64,").unwrap();
    assert_eq!(media_type, XLSX);
    let returned = Returned::open(&BASE64_STANDARD.decode(file).unwrap());
    let places: BTreeSet<_> = planted.among_returned().into_keys().collect();
    assert_eq!(returned.coloured, places);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_has_the_limit_of_every_file_and_is_known_by_its_bytes() {
    let world = World::with(TestDb::sqlite().await, |config| {
        config.server.upload_limit_kib = 1_024;
    })
    .await;
    let administrator = world.administrator().await;
    let (status, refused) = post(&administrator, LIST, vec![b'P'; 1_025 << 10]).await;
    assert_eq!((status, &refused["code"]), (413, &json!("too-large")));
    let (status, refused) = post(&administrator, LIST, b"PK\x03\x04".to_vec()).await;
    assert_eq!(status, 422, "{refused}");
    assert!(
        refused["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("can be unpacked"),
        "{refused}"
    );
    let (status, refused) = post(&administrator, LIST, bomb()).await;
    assert_eq!(status, 422, "{refused}");
    assert!(
        refused["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("packed at most 250 times"),
        "{refused}"
    );
    let (status, refused) = post(&administrator, LIST, b"a,b\n1,2\n".to_vec()).await;
    assert_eq!(status, 422);
    assert!(
        refused["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("reduction list"),
        "{refused}"
    );
}
