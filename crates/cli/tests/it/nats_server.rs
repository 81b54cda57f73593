//! A nats-server that runs from a configuration of `armistice nats-config`.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use armistice_bus::{Access, Credentials};

use crate::desk::Desk;

/// Pause between two looks whether a server is up, and how many: ten seconds.
const LOOK_MS: u64 = 2;
const LOOKS_MAX: u32 = 5_000;

/// The server program that the tests run.
pub(crate) fn program() -> PathBuf {
    match std::env::var_os("ARMISTICE_NATS_SERVER") {
        Some(path) => path.into(),
        None => {
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/nats-server-2.14.0/nats-server")
        }
    }
}

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) monitor: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a server from a configuration whose ports are chosen by the system.
pub(crate) fn start(desk: &Desk, config: &str) -> Server {
    let ports = desk.path("ports");
    std::fs::create_dir_all(&ports).unwrap();
    let mut child = desk
        .command(&program())
        .args(["-c", config, "--ports_file_dir", "ports", "-l", "nats.log"])
        .spawn()
        .unwrap();
    let file = ports.join(format!("nats-server_{}.ports", child.id()));
    let mut looks = 0;
    let ports: serde_json::Value = loop {
        // The file appears before its last byte.
        if let Some(ports) = std::fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        {
            break ports;
        }
        let has_ended = child.try_wait().unwrap().is_some();
        looks += 1;
        assert!(
            !has_ended && looks < LOOKS_MAX,
            "{}",
            String::from_utf8_lossy(&desk.read("nats.log"))
        );
        std::thread::sleep(Duration::from_millis(LOOK_MS));
    };
    let first = |name: &str| ports[name][0].as_str().unwrap_or_default().to_owned();
    Server {
        url: first("nats"),
        monitor: first("monitoring"),
        child,
    }
}

/// Runs a future on a runtime of the test's own.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub(crate) fn access(desk: &Desk, server: &Server, user: &str) -> Access {
    let mut access = Access::new(server.url.as_str());
    access.credentials = Some(Credentials::NkeyFile(
        desk.path(&format!("nats/logins/{user}.nk")),
    ));
    // As the login's context names it.
    let context = desk.read(&format!("nats/contexts/{user}.json"));
    let context: serde_json::Value = serde_json::from_slice(&context).unwrap();
    access.inbox_prefix = context["inbox_prefix"].as_str().map(str::to_owned);
    access
}
