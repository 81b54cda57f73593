//! A nats-server that runs from a configuration of `armistice nats-config`.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use armistice_bus::{Access, Credentials};

use crate::desk::Desk;

/// How long a server may take to start.
const START_MS_MAX: u64 = 10_000;

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
    let started = Instant::now();
    while !file.exists() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "{}",
            String::from_utf8_lossy(&desk.read("nats.log"))
        );
        assert!(
            started.elapsed() < Duration::from_millis(START_MS_MAX),
            "no ports file"
        );
        std::thread::yield_now();
    }
    let ports: serde_json::Value = loop {
        // The file appears before its last byte.
        if let Ok(ports) = serde_json::from_slice(&std::fs::read(&file).unwrap()) {
            break ports;
        }
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
    access.inbox_prefix = Some(format!("_INBOX_{user}"));
    access
}
