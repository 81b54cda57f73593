//! Encrypted connections.

use armistice_bus::{Access, Bus, Error, Stream, StreamSettings};

use crate::support::{World, ceasefire};

/// Makes an authority and a certificate for 127.0.0.1 with the `openssl` command, which every system with TLS has.
fn certificates(dir: &std::path::Path) {
    let openssl = |args: &str| {
        let output = std::process::Command::new("openssl")
            .args(args.split(' '))
            .current_dir(dir)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!(
        "req -x509 {new} -keyout ca.key -out ca.pem -days 2 -subj /CN=test"
    ));
    openssl(&format!(
        "req {new} -keyout server.key -out server.csr -subj /CN=localhost"
    ));
    std::fs::write(dir.join("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n").unwrap();
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
    );
}

#[tokio::test]
async fn a_certificate_is_trusted_by_its_authority_only() {
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path());
    let file = |name: &str| dir.path().join(name);
    let world = World::with(&format!(
        "tls {{ cert_file: {:?}, key_file: {:?} }}\n",
        file("server.pem"),
        file("server.key")
    ));
    let address = world.server.url().replace("nats://", "tls://");
    let mut access = Access::new(address);
    access.tls.ca = Some(file("ca.pem"));
    let bus = Bus::connect(&access, &ceasefire()).await.unwrap();
    bus.ensure(Stream::Entries, &StreamSettings::default())
        .await
        .unwrap();
    // Not known to the system, and no other is named.
    access.tls.ca = None;
    let refused = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(matches!(refused, Error::Unreachable { .. }), "{refused:?}");
    access.tls.ca = Some(file("not-there.pem"));
    let refused = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(matches!(refused, Error::ReadFile { .. }), "{refused:?}");
    access.tls.ca = Some(file("ca.pem"));
    access.tls.certificate = Some(file("server.pem"));
    let refused = Bus::connect(&access, &ceasefire()).await.unwrap_err();
    assert!(
        matches!(refused, Error::BadSetting { setting: "tls", .. }),
        "{refused:?}"
    );
}
