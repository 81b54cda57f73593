//! The configurations that `armistice nats-config` writes: a real server accepts them, and does what they say.

use std::path::Path;
use std::process::Command;

use armistice_bus::{Bus, Credentials, Error, Outgoing, PublishError, Stream, StreamSettings};
use armistice_report::CeasefireId;

use crate::desk::Desk;
use crate::nats_server::{Server, access, program, start, wait};

/// A certificate authority and one certificate for every name of the examples, in `tls/` of the desk.
fn certificates(desk: &Desk) -> String {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let folder = desk.path("tls");
    std::fs::create_dir_all(&folder).unwrap();
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let names = ["127.0.0.1", "localhost", "nats-1", "nats-2", "nats-3"];
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names.map(str::to_owned).to_vec())
        .unwrap()
        .signed_by(&key, &Issuer::from_params(&ca, &ca_key))
        .unwrap();
    std::fs::write(folder.join("ca.pem"), ca_pem).unwrap();
    std::fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    format!(
        "--tls-ca {} --tls-cert {} --tls-key {}",
        path("ca.pem"),
        path("server.pem"),
        path("server.key")
    )
}

/// The server's own check of a configuration.
fn server_accepts(path: &Path) {
    let output = Command::new(program())
        .args(["-t", "-c"])
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        path.display(),
        String::from_utf8_lossy(&output.stderr),
        std::fs::read_to_string(path).unwrap()
    );
}

/// The lines that write the checked-in examples, without their paths.
const EXAMPLES: [(&str, &[&str]); 3] = [
    (
        "--shape single --tls --ceasefire karabakh-2020 --producer newsdesk,observers --leaf erebuni",
        &["single.conf", "users.conf"],
    ),
    (
        "--shape cluster --ceasefire karabakh-2020 --producer newsdesk,observers --leaf erebuni",
        &["cluster-1.conf", "cluster-2.conf", "cluster-3.conf", "users.conf"],
    ),
    (
        "--shape office --ceasefire karabakh-2020 --producer observers --office erebuni --hub-url tls://nats-1:7422,tls://nats-2:7422,tls://nats-3:7422 --hub-login nats/logins/office-erebuni.nk",
        &["office.conf", "office-users.conf"],
    ),
];

#[test]
fn a_server_accepts_every_shape() {
    let desk = Desk::new();
    let tls = certificates(&desk);
    for (line, files) in EXAMPLES {
        desk.good(&format!("nats-config --out nats {line} {tls}"));
        for file in files.iter().filter(|file| !file.ends_with("users.conf")) {
            server_accepts(&desk.path("nats").join(file));
        }
    }
}

/// Public login keys differ with every run.
fn without_keys(text: &str) -> String {
    text.split('"')
        .map(|word| {
            let is_key = word.len() == 56
                && word.starts_with('U')
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if is_key { "<key>" } else { word }
        })
        .collect::<Vec<_>>()
        .join("\"")
}

#[test]
fn the_checked_in_examples_are_what_the_command_writes() {
    let desk = Desk::new();
    let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nats");
    for (line, files) in EXAMPLES {
        desk.good(&format!("nats-config --out nats {line}"));
        for file in files {
            let written = String::from_utf8(desk.read(&format!("nats/{file}"))).unwrap();
            let example = std::fs::read_to_string(deployed.join(file)).unwrap_or_default();
            assert_eq!(
                without_keys(&example),
                without_keys(&written),
                "deploy/nats/{file}: {line}"
            );
        }
    }
}

#[test]
fn the_enrolled_producers_get_logins_that_stay() {
    let desk = Desk::with_ledger();
    insta::assert_snapshot!(
        "nats_config_first",
        desk.run("nats-config --dir ledger --out nats --projections 1")
            .shown()
    );
    let seed = desk.read("nats/logins/newsdesk.nk");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(desk.path("nats/logins/newsdesk.nk"))
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    desk.good("key generate observers --out observers.key");
    desk.good("producer enrol observers --dir ledger --key observers.key --may assess");
    // What a person changed is kept, and the new text lies beside it.
    let changed = format!(
        "{}# ours\n",
        String::from_utf8(desk.read("nats/single.conf")).unwrap()
    );
    desk.write("nats/single.conf", &changed);
    insta::assert_snapshot!(
        "nats_config_again",
        desk.run("nats-config --dir ledger --out nats --projections 1")
            .shown()
    );
    assert_eq!(desk.read("nats/logins/newsdesk.nk"), seed);
    assert_eq!(desk.read("nats/single.conf"), changed.as_bytes());
    assert!(desk.path("nats/single.conf.new").exists());
    // No seed stands in anything but its own file.
    let seed = String::from_utf8(seed).unwrap();
    for file in ["single.conf", "users.conf", "contexts/newsdesk.json"] {
        let text = String::from_utf8(desk.read(&format!("nats/{file}"))).unwrap();
        assert!(!text.contains(seed.trim()), "{file}");
    }
}

#[test]
fn wrong_names_are_refused_before_anything_is_written() {
    let desk = Desk::with_ledger();
    for (code, line) in [
        (2, "nats-config --out nats --ceasefire Not_An_Id"),
        (2, "nats-config --out nats --ceasefire a --producer not/a/name"),
        (2, "nats-config --out nats --ceasefire a --leaf hub"),
        (
            2,
            "nats-config --out nats --ceasefire a --shape cluster --host one",
        ),
        (2, "nats-config --out nats --ceasefire a --shape office"),
        (6, "nats-config --out nats --ceasefire a --producer auditor"),
        (4, "nats-config --out nats --dir ledger --producer nobody"),
        (4, "nats-config --out nats --dir elsewhere"),
    ] {
        desk.ends(code, line);
        assert!(!desk.path("nats").exists(), "{line}");
    }
}

/// A desk with the configuration of one server, which runs, for the producers newsdesk and observers.
fn with_server() -> (Desk, Server) {
    let desk = Desk::new();
    desk.good("nats-config --out nats --ceasefire karabakh-2020 --producer newsdesk,observers --leaf erebuni --listen 127.0.0.1:-1 --leaf-listen 127.0.0.1:-1 --monitor 127.0.0.1:-1 --store streams");
    let server = start(&desk, "nats/single.conf");
    (desk, server)
}

#[test]
fn each_login_can_do_its_own_and_nothing_else() {
    let (desk, server) = with_server();
    let ceasefire = CeasefireId::new("karabakh-2020").unwrap();
    wait(async {
        let connect = async |user: &str| Bus::connect(&access(&desk, &server, user), &ceasefire).await;
        let ledger = connect("ledger").await.unwrap();
        let projection = connect("projection-1").await.unwrap();
        // Who may make a stream chooses what flows into it: that is the ledger alone.
        let made = projection.ensure(Stream::Views, &StreamSettings::default()).await;
        assert!(made.is_err());
        for stream in Stream::ALL {
            ledger.ensure(stream, &StreamSettings::default()).await.unwrap();
        }
        projection
            .ensure(Stream::Views, &StreamSettings::default())
            .await
            .unwrap();

        // A producer publishes as itself; as another it is refused, and told so at once.
        let newsdesk = connect("newsdesk").await.unwrap();
        let to = |producer: &str| Outgoing::new(newsdesk.subjects().submit(producer), "a note");
        assert_eq!(newsdesk.publish(to("newsdesk")).await.unwrap().sequence, 1);
        let forged = newsdesk.publish(to("observers")).await.unwrap_err();
        assert!(matches!(forged, PublishError::Denied { .. }), "{forged:?}");
        let entry = Outgoing::new(newsdesk.subjects().entry("note.added.v1"), "forged");
        let forged = newsdesk.publish(entry).await.unwrap_err();
        assert!(matches!(forged, PublishError::Denied { .. }), "{forged:?}");

        // An auditor reads all of it, and writes and deletes nothing.
        let auditor = connect("auditor").await.unwrap();
        assert_eq!(auditor.state(Stream::Entries).await.unwrap().unwrap().messages, 0);
        for subject in [
            auditor.subjects().submit("newsdesk"),
            auditor.subjects().receipt("newsdesk"),
        ] {
            let written = auditor.publish(Outgoing::new(subject, "x")).await.unwrap_err();
            assert!(matches!(written, PublishError::Denied { .. }), "{written:?}");
        }
        let purged = auditor.purge_before(Stream::Submitted, 2).await.unwrap_err();
        assert!(matches!(purged, Error::Denied { .. }), "{purged:?}");

        // Who is not listed does not get in.
        let mut stranger = access(&desk, &server, "auditor");
        desk.write("stranger.nk", &armistice_bus::new_login().seed);
        stranger.credentials = Some(Credentials::NkeyFile(desk.path("stranger.nk")));
        let refused = Bus::connect(&stranger, &ceasefire).await.unwrap_err();
        assert!(matches!(refused, Error::Unauthorized { .. }), "{refused:?}");
        stranger.credentials = None;
        let refused = Bus::connect(&stranger, &ceasefire).await.unwrap_err();
        assert!(matches!(refused, Error::Unauthorized { .. }), "{refused:?}");
    });
}
