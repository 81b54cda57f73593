//! SIGKILL at random moments among four producers, the server and the ledger, while 20,000 reports are on their way: each is in
//! the log exactly once, and each producer holds a receipt for it that verifies.
//!
//! The processes are this test binary again, running [`child`], and a real nats-server.

use armistice_audit::verify_receipt;
use armistice_ledger::{Ledger, Settings};
use armistice_producer::{Draft, Outcome, Producer, Settings as Outbox};
use armistice_relay::{Relay, Settings as RelaySettings};
use armistice_report::{CeasefireId, Timestamp, entry};
use armistice_tests::bus::{TestServer, connect, run};
use armistice_tests::{CEASEFIRE, ORIGIN, Public, World, incident, key};
use armistice_tlog::{Index, SigningKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const PRODUCERS: u8 = 4;
const REPORTS: u64 = 5_000;
const KILLS_MIN: u32 = 20;
/// Reports that a producer makes at once, and the pause after them: the whole run is long enough to be killed many times.
const AT_ONCE: u64 = 20;
const PAUSE: Duration = Duration::from_millis(30);

/// Tells the child what it is: `ledger` or `p0` to `p3`. Without it [`child`] has nothing to do.
const ROLE: &str = "ARMISTICE_TEST_ROLE";
const DIR: &str = "ARMISTICE_TEST_DIR";
const SERVER: &str = "ARMISTICE_TEST_SERVER";

fn signer(name: &str) -> SigningKey {
    key(name, 100 + name.as_bytes()[1])
}

fn names() -> impl Iterator<Item = String> {
    (0..PRODUCERS).map(|n| format!("p{n}"))
}

struct Run {
    server: TestServer,
    folder: PathBuf,
    kills: u32,
}

impl Run {
    fn start(&self, role: &str) -> Child {
        Command::new(env::current_exe().expect("this binary"))
            .args(["bus_kill::child", "--exact", "--nocapture"])
            .env(ROLE, role)
            .env(DIR, &self.folder)
            .env(SERVER, self.server.server.url())
            .stdout(Stdio::null())
            .spawn()
            .expect("a child")
    }

    /// Kills a child and starts it again, unless it has come to its end by itself.
    fn kill(&mut self, role: &str, child: &mut Child) {
        if let Some(status) = child.try_wait().expect("a child") {
            assert!(role != "ledger" && status.success(), "{role} ended: {status}");
            return;
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        self.kills += 1;
        *child = self.start(role);
    }
}

#[test]
fn twenty_thousand_reports_survive_kills_of_everybody() {
    let mut world = World::default();
    for name in names() {
        world.enrol(&signer(&name), "claim");
    }
    world.close();
    let mut run = Run {
        server: TestServer::start(),
        folder: world.dir().to_owned(),
        kills: 0,
    };
    let mut ledger = run.start("ledger");
    let mut producers: Vec<(String, Child)> = names().map(|name| (name.clone(), run.start(&name))).collect();
    // 7,919 is prime to 180: the moments cover 40 to 220 ms, and each victim dies at many of them.
    for round in 0_u64.. {
        std::thread::sleep(Duration::from_millis(40 + round * 7_919 % 180));
        match usize::try_from(round % 6).expect("small") {
            4 => {
                run.server.server.kill();
                run.server.server.restart().expect("started again");
                run.kills += 1;
            }
            5 => run.kill("ledger", &mut ledger),
            n => {
                let (name, child) = &mut producers[n];
                run.kill(name, child);
            }
        }
        let is_done = |child: &mut Child| child.try_wait().expect("a child").is_some();
        if producers.iter_mut().all(|(_, child)| is_done(child)) {
            break;
        }
        assert!(round < 2_000, "the run does not come to its end");
    }
    for (name, mut child) in producers {
        assert!(child.wait().expect("ended").success(), "{name} failed");
    }
    assert!(
        ledger.try_wait().expect("a child").is_none(),
        "the ledger ended by itself"
    );
    ledger.kill().expect("killed");
    ledger.wait().expect("ended");
    assert!(run.kills >= KILLS_MIN, "only {} kills", run.kills);
    world.reopen(Settings::default());
    let set_back = each_is_there_once(&world);
    println!("{} kills, {set_back} times the inbox was set back", run.kills);
    every_receipt_verifies(&world, &run.folder);
    let verdict = Public::of(world.ledger().reader()).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{:?}", verdict.finding);
}

/// Returns how often the inbox was set back.
fn each_is_there_once(world: &World) -> u32 {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    // Streams of one copy are written after they are acknowledged: a killed server may come back without its newest messages.
    let mut set_back = 0;
    let reader = world.ledger().reader();
    for item in reader.entries(Index(0)..reader.size().next_index()) {
        let (_, bytes) = item.expect("stored");
        let note = entry::parse(&bytes).expect("an entry").note;
        let line = note.split(|byte| *byte == b'\n').next().expect("a line");
        let report: Value = serde_json::from_slice(line).expect("JSON");
        set_back += u32::from(report["type"] == "intake.rewound.v1");
        if report["type"] == "incident.reported.v1" {
            *seen
                .entry(report["id"].as_str().expect("an id").to_owned())
                .or_default() += 1;
        }
    }
    let expected: BTreeMap<String, u32> = names()
        .flat_map(|name| (1..=REPORTS).map(move |number| (format!("{name}-{number}"), 1)))
        .collect();
    assert_eq!(seen.len(), expected.len());
    assert!(seen == expected, "a report is missing or there twice");
    set_back
}

fn every_receipt_verifies(world: &World, folder: &Path) {
    run(async {
        for name in names() {
            let producer = outbox(folder, &name).await;
            assert!(producer.pending().expect("read").is_empty());
            for number in 1..=REPORTS {
                let id = format!("{name}-{number}");
                let mut ticket = producer.ticket(&id).await.expect("read").expect("kept");
                let Ok(Outcome::Recorded(receipt)) = ticket.outcome().await else {
                    panic!("{id} has no receipt");
                };
                let note = producer.note(&id).expect("read").expect("kept");
                let verified = verify_receipt(receipt.text.as_bytes(), &note, &World::vkey(), None);
                let verified = verified.expect("verified");
                let stored = world.ledger().reader().leaf_hash(verified.index);
                assert_eq!(stored, Some(verified.hash), "{id}");
            }
            producer.close().await;
        }
    });
}

async fn outbox(folder: &Path, name: &str) -> Producer {
    let ceasefire = CeasefireId::new(CEASEFIRE).expect("an id");
    let mut settings = Outbox::new(signer(name), World::vkey(), ceasefire);
    settings.resend_after = Duration::from_millis(500);
    let path = folder.join(format!("{name}.outbox"));
    Producer::open(path, settings).await.expect("opened")
}

/// The children's part. Does nothing when it is run as a test of its own.
#[test]
fn child() {
    let variable = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let (Some(role), Some(dir), Some(server)) = (variable(ROLE), variable(DIR), variable(SERVER)) else {
        return;
    };
    if role == "ledger" {
        serve(Path::new(&dir), &server);
    } else {
        report(Path::new(&dir), &role, &server);
    }
}

fn serve(dir: &Path, server: &str) {
    let clock = Arc::new(World::present);
    let ledger = Ledger::open(dir, key(ORIGIN, 2), Settings::default(), clock).expect("opened");
    run(async {
        let bus = connect(server).await;
        let mut relay = Relay::start(&ledger, &bus, &RelaySettings::default());
        let error = relay.ended().await;
        panic!("{error:?}");
    });
}

fn report(dir: &Path, name: &str, server: &str) {
    run(async {
        let producer = outbox(dir, name).await;
        producer.connect(connect(server).await).expect("connected");
        let mut next = producer.counter().expect("read").sequence + 1;
        while next <= REPORTS {
            let end = (next + AT_ONCE).min(REPORTS + 1);
            let drafts = (next..end).map(|number| draft(&format!("{name}-{number}")));
            for ticket in producer.report_all(drafts).await {
                ticket.expect("queued");
            }
            next = end;
            tokio::time::sleep(PAUSE).await;
        }
        producer.drained().await;
        producer.close().await;
    });
}

fn draft(id: &str) -> Draft {
    let draft = json!({
        "id": id,
        "type": "incident.reported.v1",
        "data": { "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": incident() },
    });
    let Value::Object(draft) = draft else {
        unreachable!("an object was written");
    };
    Draft::from_json(draft, Timestamp::new("2022-03-26T14:00:00Z").expect("a time"))
}
