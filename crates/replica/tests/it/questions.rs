//! Every query against a running replica, each answer checked without it.

use armistice_bus::{AskError, Bus};
use armistice_projection::View;
use armistice_report::entry;
use armistice_tlog::{Checkpoint, Hash, Index, TlogProof, TreeSize, leaf_hash, proof};
use serde_json::{Value, json};

use crate::scribe::Scribe;
use crate::support::Server;

async fn ask(bus: &Bus, name: &str, question: Value) -> Vec<u8> {
    let payload = if question.is_null() {
        Vec::new()
    } else {
        question.to_string().into_bytes()
    };
    bus.ask(name, None, payload)
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

async fn ask_json(bus: &Bus, name: &str, question: Value) -> Value {
    serde_json::from_slice(&ask(bus, name, question).await).unwrap()
}

async fn refused(bus: &Bus, name: &str, payload: &[u8]) -> (u16, String, String) {
    match bus.ask(name, Some("one"), payload.to_vec()).await.unwrap_err() {
        AskError::Refused {
            status,
            code,
            message,
        } => (status, code, message),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_its_proof() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(30);
    scribe.publish(&bus).await;
    let mut replica = server.replica("one", &scribe).await;
    replica.at(31).await;

    assert_eq!(ask(&bus, "head", Value::Null).await, scribe.checkpoint());
    assert_eq!(ask(&bus, "entry", json!({"index": 7})).await, scribe.entries[7]);
    let text = ask(&bus, "proof", json!({"index": 7})).await;
    let proved = TlogProof::parse(&text).unwrap();
    let checkpoint = proved
        .verify(leaf_hash(&scribe.entries[7]), &scribe.vkey())
        .unwrap();
    assert_eq!(checkpoint.size(), TreeSize(31));

    let answer = ask_json(&bus, "consistency", json!({"from": 12, "to": 31})).await;
    let hash = |value: &Value| Hash::from_hex(value.as_str().unwrap()).unwrap();
    let hashes: Vec<Hash> = answer["hashes"].as_array().unwrap().iter().map(hash).collect();
    let (old, new) = (hash(&answer["roots"][0]), hash(&answer["roots"][1]));
    assert_eq!(old, scribe.tree.root_at(TreeSize(12)).unwrap());
    proof::verify_consistency(TreeSize(12), TreeSize(31), &hashes, old, new).unwrap();

    let sha256 = Hash::sha256(&scribe.notes[9]).to_string();
    for question in [
        json!({"sha256": sha256}),
        json!({"source": "desk", "id": "desk-10"}),
    ] {
        let answer = ask_json(&bus, "receipt", question).await;
        assert_eq!(answer["index"], 9);
        assert_eq!(answer["hash"], scribe.hash(9));
        let receipt = TlogProof::parse(answer["receipt"].as_str().unwrap().as_bytes()).unwrap();
        // A producer has its note, and rebuilds the leaf with the header in the receipt.
        let leaf = [receipt.extra.clone().unwrap(), scribe.notes[9].clone()].concat();
        assert!(entry::parse(&leaf).is_ok());
        assert_eq!(receipt.index, Index(9));
        receipt.verify(leaf_hash(&leaf), &scribe.vkey()).unwrap();
    }

    // A proof under the checkpoint of a moment ago.
    scribe.more(4);
    scribe.publish(&bus).await;
    replica.at(35).await;
    let text = ask(&bus, "proof", json!({"index": 7, "tree_size": 31})).await;
    let checkpoint = TlogProof::parse(&text)
        .unwrap()
        .verify(leaf_hash(&scribe.entries[7]), &scribe.vkey());
    assert_eq!(checkpoint.unwrap().size(), TreeSize(31));
    let (head, _) = Checkpoint::open(&ask(&bus, "head", Value::Null).await, &scribe.vkey()).unwrap();
    assert_eq!(head.size(), TreeSize(35));
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_are_given_page_by_page() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    scribe.more(40);
    scribe.publish(&bus).await;
    let mut replica = server
        .replica_with("one", &scribe, |settings| settings.publish = false)
        .await;
    replica.at(41).await;
    let fold = scribe.fold(41);
    for &view in View::ALL {
        let (mut rows, mut after) = (Vec::new(), Value::Null);
        loop {
            let answer = ask_json(
                &bus,
                "view",
                json!({"view": view.name(), "after": after, "limit": 7}),
            )
            .await;
            assert_eq!(answer["digest"], fold.digest(view).root.to_string());
            assert_eq!(
                (&answer["tree_size"], &answer["version"]),
                (&json!(41), &json!(view.version()))
            );
            assert_eq!(answer["codebook"], fold.codebook().unwrap().to_string());
            rows.extend(answer["rows"].as_array().unwrap().clone());
            after = answer["next"].clone();
            if after.is_null() {
                break;
            }
        }
        let expected: Vec<Value> = fold
            .rows(view)
            .iter()
            .map(|row| serde_json::from_str(row).unwrap())
            .collect();
        assert_eq!(rows, expected, "{view}");
    }
    let question = json!({"view": "allegations", "where": {"row": "side", "side": "side-a"}});
    let answer = ask_json(&bus, "view", question).await;
    assert_eq!(answer["rows"].as_array().unwrap().len(), 1);
    assert_eq!(answer["rows"][0]["key"], "side/side-a");
    replica.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_questions_are_refused_with_a_code() {
    let server = Server::start();
    let bus = server.bus().await;
    let mut scribe = Scribe::new();
    let mut replica = server.replica("one", &scribe).await;
    // The subscriptions are there before the ledger is.
    let deadline = tokio::time::Instant::now() + crate::support::PATIENCE;
    loop {
        match bus.ask("head", None, Vec::new()).await {
            Err(AskError::Refused {
                status: 503, code, ..
            }) if code == "not_ready" => break,
            other => assert!(tokio::time::Instant::now() < deadline, "{other:?}"),
        }
    }
    scribe.more(9);
    scribe.publish(&bus).await;
    replica.at(10).await;
    for (name, payload, status, code) in [
        ("entry", "", 400, "bad_request"),
        ("entry", r#"{"index":"7"}"#, 400, "bad_request"),
        ("entry", r#"{"index":10}"#, 404, "no_such_entry"),
        ("proof", r#"{"index":10}"#, 404, "no_such_entry"),
        ("proof", r#"{"index":1,"tree_size":5}"#, 404, "no_such_checkpoint"),
        ("consistency", r#"{"from":0,"to":5}"#, 400, "bad_request"),
        ("consistency", r#"{"from":6,"to":5}"#, 400, "bad_request"),
        ("consistency", r#"{"from":6,"to":11}"#, 404, "no_such_size"),
        ("receipt", r#"{"sha256":"aa"}"#, 400, "bad_request"),
        ("receipt", r#"{"source":"desk"}"#, 400, "bad_request"),
        (
            "receipt",
            r#"{"source":"desk","id":"nothing"}"#,
            404,
            "no_such_submission",
        ),
        ("view", r#"{"view":"nothing"}"#, 404, "no_view"),
        ("view", r#"{"view":"frame","limit":0}"#, 400, "bad_request"),
        (
            "view",
            r#"{"view":"frame","where":{"a":[1]}}"#,
            400,
            "bad_request",
        ),
    ] {
        let (found, word, message) = refused(&bus, name, payload.as_bytes()).await;
        assert_eq!(
            (found, word.as_str()),
            (status, code),
            "{name} {payload}: {message}"
        );
        assert!(!message.is_empty());
    }
    let (status, code, _) = refused(&bus, "entry", &[b' '; 5_000]).await;
    assert_eq!((status, code.as_str()), (413, "request_too_large"));
    replica.stop().await.unwrap();
}
