//! Each role against a server that allows exactly what `permissions` says.

use std::fmt::Write as _;
use std::time::Duration;

use armistice_bus::permissions::inbox_prefix;
use armistice_bus::{
    AskError, Bus, Credentials, Error, Outgoing, PublishError, Role, Start, Stream, StreamSettings,
    permissions,
};

use crate::support::{PATIENCE, World, ceasefire, take};

const SHORT: Duration = Duration::from_millis(200);

fn roles() -> Vec<(&'static str, Role)> {
    vec![
        ("ledger", Role::Ledger),
        ("desk", Role::Producer("desk".to_owned())),
        ("other", Role::Producer("other".to_owned())),
        ("projection", Role::Projection("oslo".to_owned())),
        ("auditor", Role::Auditor("auditor".to_owned())),
        ("reader", Role::Reader("reader".to_owned())),
    ]
}

/// The lines that a server's configuration has for these users.
fn configuration() -> String {
    let list = |subjects: &[String]| {
        let quoted: Vec<String> = subjects.iter().map(|subject| format!("{subject:?}")).collect();
        quoted.join(", ")
    };
    let mut users = String::new();
    for (name, role) in roles() {
        let allowed = permissions(&role, &ceasefire());
        let responses = if allowed.responses {
            ", allow_responses: true"
        } else {
            ""
        };
        writeln!(
            users,
            "{{ user: {name}, password: p, permissions {{ publish: [{}], subscribe: [{}]{responses} }} }}",
            list(&allowed.publish),
            list(&allowed.subscribe),
        )
        .unwrap();
    }
    format!("authorization {{ users: [\n{users}] }}\n")
}

async fn login(world: &World, name: &str) -> Bus {
    let role = roles().into_iter().find(|(found, _)| *found == name).unwrap().1;
    let mut access = world.access();
    access.inbox_prefix = Some(inbox_prefix(&role));
    access.credentials = Some(Credentials::User {
        name: name.to_owned(),
        password: "p".to_owned(),
    });
    Bus::connect(&access, &ceasefire()).await.unwrap()
}

async fn world() -> (World, Bus) {
    let world = World::with(&configuration());
    let ledger = login(&world, "ledger").await;
    for stream in Stream::ALL {
        ledger.ensure(stream, &StreamSettings::default()).await.unwrap();
    }
    (world, ledger)
}

async fn publish(bus: &Bus, subject: String) -> Result<(), PublishError> {
    bus.publish(Outgoing::new(subject, "x")).await.map(drop)
}

fn is_denied<T: std::fmt::Debug>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Denied { .. }))
}

/// Nobody was refused anything while they did their own work.
fn untouched(buses: &[&Bus]) {
    for bus in buses {
        assert_eq!(bus.denied(), None);
    }
}

#[tokio::test]
async fn reports_receipts_entries_and_views_take_their_way() {
    let (world, ledger) = world().await;
    let desk = login(&world, "desk").await;
    let projection = login(&world, "projection").await;
    let mut receipts = {
        let own = desk.subjects().receipt("desk");
        desk.follow(Stream::Receipts, Some(&own), Start::New)
            .await
            .unwrap()
    };
    publish(&desk, desk.subjects().submit("desk")).await.unwrap();

    let mut intake = ledger.intake("ledger", 1).await.unwrap();
    take(&mut intake, 1).await;
    intake.ack_through(1).await.unwrap();
    ledger.last_message(Stream::Entries, None).await.unwrap();
    let subjects = ledger.subjects();
    publish(&ledger, subjects.entry("note.added.v1")).await.unwrap();
    publish(&ledger, subjects.checkpoint()).await.unwrap();
    publish(&ledger, subjects.receipt("desk")).await.unwrap();
    publish(&ledger, subjects.receipt("other")).await.unwrap();
    ledger.purge_before(Stream::Submitted, 2).await.unwrap();
    assert_eq!(receipts.next(10, PATIENCE).await.unwrap().len(), 1);
    assert!(receipts.next(10, SHORT).await.unwrap().is_empty());

    projection
        .ensure(Stream::Views, &StreamSettings::default())
        .await
        .unwrap();
    let mut entries = projection
        .follow(Stream::Entries, None, Start::Sequence(1))
        .await
        .unwrap();
    assert_eq!(entries.next(10, PATIENCE).await.unwrap().len(), 1);
    assert!(
        projection
            .last_message(Stream::Checkpoints, None)
            .await
            .unwrap()
            .is_some()
    );
    publish(&projection, subjects.view("totals")).await.unwrap();
    publish(&projection, subjects.row("totals", "a")).await.unwrap();

    untouched(&[&desk, &ledger, &projection]);
}

#[tokio::test]
async fn who_reads_reads_everything_that_is_public() {
    let (world, ledger) = world().await;
    let projection = login(&world, "projection").await;
    let subjects = ledger.subjects();
    publish(&ledger, subjects.entry("note.added.v1")).await.unwrap();
    publish(&ledger, subjects.checkpoint()).await.unwrap();
    publish(&ledger, subjects.receipt("desk")).await.unwrap();
    publish(&projection, subjects.view("totals")).await.unwrap();
    publish(&projection, subjects.row("totals", "a")).await.unwrap();
    let rows = subjects.view_all("totals");
    for name in ["auditor", "reader"] {
        let bus = login(&world, name).await;
        read(&bus, Stream::Views, None, 2).await;
        read(&bus, Stream::Views, Some(&rows), 1).await;
        let checkpoint = bus.last_message(Stream::Checkpoints, None).await.unwrap();
        assert!(checkpoint.is_some());
        untouched(&[&bus]);
    }
    let auditor = login(&world, "auditor").await;
    for stream in Stream::ALL {
        assert!(auditor.state(stream).await.unwrap().is_some());
    }
    read(&auditor, Stream::Entries, None, 1).await;
    read(&auditor, Stream::Receipts, None, 1).await;
    untouched(&[&auditor]);
}

/// Follows until that many messages came, and sees that no more do.
async fn read(bus: &Bus, stream: Stream, filter: Option<&str>, count: usize) {
    let mut follow = bus.follow(stream, filter, Start::LastPerSubject).await.unwrap();
    let mut came = 0;
    while came < count {
        let messages = follow.next(10, PATIENCE).await.unwrap();
        assert!(!messages.is_empty(), "{came} of {count} came");
        came += messages.len();
    }
    assert!(follow.next(10, SHORT).await.unwrap().is_empty());
}

#[tokio::test]
async fn everybody_asks_and_projections_answer() {
    let (world, _ledger) = world().await;
    let projection = login(&world, "projection").await;
    let mut questions = projection.questions("oslo", "1.0.0").await.unwrap();
    let answering = tokio::spawn(async move {
        while let Some(question) = questions.next().await {
            question.answer(Ok(b"yes".to_vec())).await.unwrap();
        }
    });
    for name in ["desk", "auditor", "reader"] {
        let bus = login(&world, name).await;
        for of in [None, Some("oslo")] {
            assert_eq!(bus.ask("head", of, Vec::new()).await.unwrap(), b"yes");
        }
        let nobody = bus.ask("head", Some("rome"), Vec::new()).await;
        assert!(matches!(nobody, Err(AskError::NoReplica { .. })), "{nobody:?}");
        untouched(&[&bus]);
    }
    // It answers as itself only.
    assert!(projection.questions("rome", "1.0.0").await.is_ok());
    let begun = std::time::Instant::now();
    while projection.denied().is_none() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
    assert!(projection.denied().unwrap().contains(".rome"));
    answering.abort();
}

#[tokio::test]
async fn nobody_does_what_is_anothers() {
    let (world, ledger) = world().await;
    let subjects = ledger.subjects().clone();
    publish(&ledger, subjects.receipt("other")).await.unwrap();
    for name in ["desk", "projection", "auditor", "reader"] {
        let bus = login(&world, name).await;
        let mut forbidden = vec![
            subjects.submit("other"),
            subjects.entry("note.added.v1"),
            subjects.checkpoint(),
            subjects.receipt("desk"),
        ];
        if name != "projection" {
            forbidden.push(subjects.row("totals", "a"));
        }
        for subject in forbidden {
            let outcome = publish(&bus, subject.clone()).await;
            assert!(
                matches!(outcome, Err(PublishError::Denied { .. })),
                "{name} {subject}: {outcome:?}"
            );
        }
        assert!(is_denied(&bus.intake("ledger", 1).await), "{name}");
        assert!(is_denied(&bus.purge_before(Stream::Views, 2).await), "{name}");
        assert!(is_denied(&bus.purge_before(Stream::Submitted, 2).await), "{name}");
    }
    let desk = login(&world, "desk").await;
    for filter in [
        None,
        Some(subjects.receipt("other")),
        Some(subjects.receipt_all()),
    ] {
        let outcome = desk
            .follow(Stream::Receipts, filter.as_deref(), Start::Sequence(1))
            .await;
        assert!(is_denied(&outcome), "{filter:?}");
    }
    assert!(is_denied(&desk.message(Stream::Receipts, 1).await));
    assert!(is_denied(&desk.follow(Stream::Entries, None, Start::New).await));
    // Nobody listens to the answers that others get.
    let mut access = world.access();
    access.inbox_prefix = Some("_INBOX_producer-other".to_owned());
    access.credentials = Some(Credentials::User {
        name: "desk".to_owned(),
        password: "p".to_owned(),
    });
    let eavesdropper = Bus::connect(&access, &ceasefire()).await.unwrap();
    assert!(is_denied(&eavesdropper.state(Stream::Receipts).await));
}

#[tokio::test]
async fn a_projection_waits_for_a_stream_that_the_ledger_makes() {
    let world = World::with(&configuration());
    let settings = StreamSettings::default();
    let projection = login(&world, "projection").await;
    let compared = projection.compare(Stream::Views, &settings).await;
    assert!(
        matches!(&compared, Err(error @ Error::StreamAwaited { .. }) if error.is_temporary()),
        "{compared:?}"
    );
    untouched(&[&projection]);
    let ensured = projection.ensure(Stream::Views, &settings).await;
    assert!(matches!(ensured, Err(Error::StreamAwaited { .. })), "{ensured:?}");
    let ledger = login(&world, "ledger").await;
    let made = ledger.ensure(Stream::Views, &settings).await.unwrap();
    assert_eq!(projection.compare(Stream::Views, &settings).await.unwrap(), made);
    assert_eq!(projection.ensure(Stream::Views, &settings).await.unwrap(), made);
}
