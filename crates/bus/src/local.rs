//! A nats-server of one's own: for tests, benchmarks and demonstrations.
//!
//! ```no_run
//! # fn show() -> Result<(), armistice_bus::Error> {
//! use armistice_bus::local::{LocalServer, binary};
//! let dir = std::env::temp_dir().join("a-server");
//! std::fs::create_dir_all(&dir).unwrap();
//! let mut server = LocalServer::start(&binary()?, &dir, "")?;
//! println!("{} (pid {})", server.url(), server.pid());
//! server.kill();      // SIGKILL
//! server.restart()?;  // the same port, the same streams
//! # Ok(())
//! # }
//! ```
//!
//! The server listens on a free port of 127.0.0.1 and says which in a file of its own; it is up within some ten
//! milliseconds. Starting blocks the thread that long. The server ends when this is dropped.
//!
//! Further lines of configuration go behind ours. Where they have a `jetstream` block, ours is left out: the variable
//! `$STORE` then names the folder to use, as in `jetstream { store_dir: $STORE, domain: hub }`.
//!
//! Not for production: no users, no certificates, no logs but a file.

mod cluster;
mod link;

pub use cluster::LocalCluster;
pub use link::LocalLink;

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use crate::error::Error;

/// The version that the tests run.
pub const VERSION: &str = "2.14.0";
/// The environment variable that names another server program.
pub const BINARY_VARIABLE: &str = "ARMISTICE_NATS_SERVER";
/// Pause between two looks whether the server is up, and how many: ten seconds.
const LOOK_MS: u64 = 2;
const LOOKS_MAX: u32 = 5_000;

/// A running server, ended when dropped.
#[derive(Debug)]
pub struct LocalServer {
    binary: PathBuf,
    dir: PathBuf,
    config: String,
    sync_always: bool,
    child: Option<Child>,
    pid: u32,
    ports: Ports,
}

/// Where the server listens, as its ports file says.
#[derive(Clone, Debug, Default, Deserialize)]
struct Ports {
    #[serde(default)]
    nats: Vec<String>,
    #[serde(default)]
    monitoring: Vec<String>,
    #[serde(default)]
    cluster: Vec<String>,
    #[serde(default)]
    leafnodes: Vec<String>,
}

/// The server program: what `ARMISTICE_NATS_SERVER` names, or the one that `cargo xtask nats-server` installed.
///
/// # Errors
/// [`Error::Local`] when neither is there.
pub fn binary() -> Result<PathBuf, Error> {
    let path = std::env::var_os(BINARY_VARIABLE).map_or_else(installed, PathBuf::from);
    if path.is_file() {
        Ok(path)
    } else {
        Err(Error::Local {
            doing: format!("looking for the program {}", path.display()),
            source: io::ErrorKind::NotFound.into(),
        })
    }
}

fn installed() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).unwrap_or(here);
    root.join(format!("target/tools/nats-server-{VERSION}/nats-server"))
}

/// A port of 127.0.0.1 that nobody listened on just now.
///
/// # Errors
/// [`Error::Local`] when there is none.
pub fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port())
        .map_err(|source| Error::Local {
            doing: "looking for a free port".to_owned(),
            source,
        })
}

impl LocalServer {
    /// Starts a server that keeps its streams below `dir` and syncs them as servers do by default, every two minutes.
    ///
    /// # Errors
    /// [`Error::Local`] when it does not start; the end of its log is in the cause.
    pub fn start(binary: &Path, dir: &Path, config: &str) -> Result<Self, Error> {
        Self::launch(binary, dir, config, false)
    }

    /// Starts a server that syncs each message to the disk before it acknowledges (`sync_interval: always`).
    ///
    /// # Errors
    /// As [`LocalServer::start`].
    pub fn always(binary: &Path, dir: &Path, config: &str) -> Result<Self, Error> {
        Self::launch(binary, dir, config, true)
    }

    fn launch(binary: &Path, dir: &Path, config: &str, sync_always: bool) -> Result<Self, Error> {
        let mut server = Self {
            binary: binary.to_owned(),
            dir: dir.to_owned(),
            config: config.to_owned(),
            sync_always,
            child: None,
            pid: 0,
            ports: Ports::default(),
        };
        server.run("127.0.0.1:-1", "127.0.0.1:-1")?;
        Ok(server)
    }

    /// Where clients connect: `nats://127.0.0.1:PORT`, or `tls://…` where the configuration asks for it.
    pub fn url(&self) -> String {
        self.ports.nats.first().cloned().unwrap_or_default()
    }

    /// Where `/varz` and its siblings are: `http://127.0.0.1:PORT`.
    pub fn monitor_url(&self) -> String {
        self.ports.monitoring.first().cloned().unwrap_or_default()
    }

    /// Where other nodes of a cluster connect, if the configuration has a `cluster` block.
    pub fn cluster_url(&self) -> Option<String> {
        self.ports.cluster.first().cloned()
    }

    /// Where leaf nodes connect, if the configuration has a `leafnodes` block that listens.
    pub fn leaf_url(&self) -> Option<String> {
        let address = self.ports.leafnodes.first()?;
        Some(match address.split_once("://") {
            Some((_, address)) => format!("nats-leaf://{address}"),
            None => format!("nats-leaf://{address}"),
        })
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Ends the process with SIGKILL and waits until it is gone. Nothing happens when it is not running.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Both fail only when the process has ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts the server again, on the same ports and with the same streams. Kills it first if it runs.
    ///
    /// # Errors
    /// As [`LocalServer::start`].
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill();
        let (listen, http) = (address(&self.url()), address(&self.monitor_url()));
        self.run(&listen, &http)
    }

    fn run(&mut self, listen: &str, http: &str) -> Result<(), Error> {
        let failed = |doing: &str| {
            let doing = doing.to_owned();
            move |source| Error::Local { doing, source }
        };
        let config_file = self.dir.join("server.conf");
        std::fs::write(&config_file, self.full_config(listen, http))
            .map_err(failed("writing its configuration"))?;
        let log = File::create(self.dir.join("server.log")).map_err(failed("creating its log"))?;
        let child = Command::new(&self.binary)
            .arg("--config")
            .arg(&config_file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(failed("starting its program"))?;
        self.pid = child.id();
        self.child = Some(child);
        self.ports = self.wait_for_ports()?;
        Ok(())
    }

    fn full_config(&self, listen: &str, http: &str) -> String {
        let quoted = |path: &Path| format!("{:?}", path.display().to_string());
        let store = quoted(&self.dir.join("jetstream"));
        let ports = quoted(&self.dir);
        let jetstream = if self.config.contains("jetstream") {
            String::new()
        } else {
            let sync = if self.sync_always {
                ", sync_interval: always"
            } else {
                ""
            };
            format!("jetstream {{ store_dir: $STORE{sync} }}\n")
        };
        // The server does not take a variable that nothing uses.
        let uses_store = !jetstream.is_empty() || self.config.contains("$STORE");
        let store = if uses_store {
            format!("STORE: {store}\n")
        } else {
            String::new()
        };
        format!(
            "{store}listen: \"{listen}\"\nhttp: \"{http}\"\nports_file_dir: {ports}\n{jetstream}{}\n",
            self.config
        )
    }

    /// The ports file is named after the program and the process, and is written when the server listens.
    fn wait_for_ports(&mut self) -> Result<Ports, Error> {
        let suffix = format!("_{}.ports", self.pid);
        for _ in 0..LOOKS_MAX {
            if let Some(ports) = self.read_ports(&suffix) {
                return Ok(ports);
            }
            if let Some(child) = &mut self.child
                && let Ok(Some(status)) = child.try_wait()
            {
                self.child = None;
                return Err(self.gave_up(&format!("it ended with {status}")));
            }
            thread::sleep(Duration::from_millis(LOOK_MS));
        }
        self.kill();
        Err(self.gave_up("it does not listen"))
    }

    fn read_ports(&self, suffix: &str) -> Option<Ports> {
        let entries = std::fs::read_dir(&self.dir).ok()?;
        let path = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().ends_with(suffix))
            })?;
        let ports: Ports = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
        (!ports.nats.is_empty()).then_some(ports)
    }

    fn gave_up(&self, why: &str) -> Error {
        let log = std::fs::read_to_string(self.dir.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(5)..].join("; ");
        Error::Local {
            doing: format!("waiting for it: {why}"),
            source: io::Error::other(end),
        }
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// `127.0.0.1:PORT` of a URL.
fn address(url: &str) -> String {
    url.split_once("://")
        .map_or(url, |(_, address)| address)
        .to_owned()
}
