//! Questions and answers.

use std::time::{Duration, Instant};

use armistice_bus::{AskError, Bus, Error, QUERIES};

use crate::support::World;

/// Answers with the replica's own name, the question's name and its payload.
async fn replica(world: &World, name: &'static str) -> tokio::task::JoinHandle<()> {
    let bus = world.bus().await;
    let mut questions = bus.questions(name, "1.2.3").await.unwrap();
    tokio::spawn(async move {
        while let Some(question) = questions.next().await {
            let answer = match &question.payload[..] {
                b"missing" => Err((404, "no_such_entry", "there is no entry 9\nsorry".to_owned())),
                payload => {
                    let text = String::from_utf8_lossy(payload);
                    Ok(format!("{name} {} {text}", question.name).into_bytes())
                }
            };
            question.answer(answer).await.unwrap();
        }
    })
}

async fn asked(bus: &Bus, name: &str, replica: Option<&str>, payload: &str) -> Result<String, AskError> {
    let answer = bus.ask(name, replica, payload.as_bytes().to_vec()).await?;
    Ok(String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn every_replica_can_be_asked_alone_and_any_of_them_together() {
    let world = World::new();
    let bus = world.bus().await;
    let begun = Instant::now();
    let nobody = asked(&bus, "head", None, "").await;
    assert!(matches!(nobody, Err(AskError::NoReplica { .. })), "{nobody:?}");
    assert!(begun.elapsed() < Duration::from_secs(2));
    let _replicas = [replica(&world, "paris-1").await, replica(&world, "oslo").await];
    for name in QUERIES {
        for of in ["paris-1", "oslo"] {
            let answer = asked(&bus, name, Some(of), "x").await.unwrap();
            assert_eq!(answer, format!("{of} {name} x"));
        }
        let answer = asked(&bus, name, None, "x").await.unwrap();
        assert!(answer == format!("paris-1 {name} x") || answer == format!("oslo {name} x"));
    }
    let nobody = asked(&bus, "head", Some("rome"), "").await;
    assert!(matches!(nobody, Err(AskError::NoReplica { .. })), "{nobody:?}");
}

#[tokio::test]
async fn a_refusal_has_a_status_a_code_and_words() {
    let world = World::new();
    let bus = world.bus().await;
    let _replica = replica(&world, "oslo").await;
    match asked(&bus, "entry", None, "missing").await.unwrap_err() {
        AskError::Refused {
            status,
            code,
            message,
        } => {
            assert_eq!((status, code.as_str()), (404, "no_such_entry"));
            assert_eq!(message, "there is no entry 9 sorry");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn replicas_show_themselves_as_a_service() {
    let world = World::new();
    let bus = world.bus().await;
    assert!(matches!(
        bus.questions("no.token", "1.0.0").await,
        Err(Error::BadSetting {
            setting: "replica",
            ..
        })
    ));
    assert!(bus.questions("oslo", "one").await.is_err());
    let _replica = replica(&world, "oslo").await;
    let client = async_nats::connect(world.server.url()).await.unwrap();
    let info = client
        .request("$SRV.INFO.armistice-test-1", "".into())
        .await
        .unwrap();
    let info: serde_json::Value = serde_json::from_slice(&info.payload).unwrap();
    assert_eq!(info["version"], "1.2.3");
    assert_eq!(info["metadata"]["replica"], "oslo");
    assert_eq!(info["endpoints"].as_array().unwrap().len(), 2 * QUERIES.len());
}

#[tokio::test]
async fn answers_come_after_a_restart_too() {
    let mut world = World::new();
    let bus = world.bus().await;
    let _replica = replica(&world, "oslo").await;
    world.server.restart().unwrap();
    let begun = Instant::now();
    loop {
        match asked(&bus, "head", None, "x").await {
            Ok(answer) => break assert_eq!(answer, "oslo head x"),
            Err(error) => assert!(error.is_temporary(), "{error:?}"),
        }
        assert!(begun.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
