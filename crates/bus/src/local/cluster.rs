//! Several servers that form one cluster, on this machine.
//!
//! ```no_run
//! # fn show() -> Result<(), armistice_bus::Error> {
//! use armistice_bus::local::{LocalCluster, binary};
//! # let dir = std::env::temp_dir();
//! let mut cluster = LocalCluster::start(&binary()?, &dir, 3, "")?;
//! println!("{}", cluster.urls()); // all of them, for `Access::new`
//! cluster.node("n2").kill();
//! cluster.node("n2").restart()?;
//! # Ok(())
//! # }
//! ```
//!
//! The nodes are called `n1`, `n2` and so on, as `StreamState::leader` names them. A cluster needs some seconds to choose
//! its first leader; until then requests fail for a time.

use std::path::Path;

use super::{LocalServer, free_port};
use crate::error::Error;

/// Running servers of one cluster, ended when dropped.
#[derive(Debug)]
pub struct LocalCluster {
    nodes: Vec<LocalServer>,
}

impl LocalCluster {
    /// Starts `count` nodes, each with a folder of its own below `dir`. Each gets the further lines of `config`.
    ///
    /// # Errors
    /// [`Error::Local`] when one does not start.
    pub fn start(binary: &Path, dir: &Path, count: usize, config: &str) -> Result<Self, Error> {
        let ports = (0..count).map(|_| free_port()).collect::<Result<Vec<_>, _>>()?;
        let routes: Vec<String> = ports
            .iter()
            .map(|port| format!("\"nats-route://127.0.0.1:{port}\""))
            .collect();
        let mut nodes = Vec::with_capacity(count);
        for (at, port) in ports.iter().enumerate() {
            let name = format!("n{}", at + 1);
            let folder = dir.join(&name);
            std::fs::create_dir_all(&folder).map_err(|source| Error::Local {
                doing: format!("creating the folder of {name}"),
                source,
            })?;
            let node = format!(
                "server_name: {name}\ncluster {{ name: local, listen: \"127.0.0.1:{port}\", routes: [{}] }}\n{config}",
                routes.join(", ")
            );
            nodes.push(LocalServer::start(binary, &folder, &node)?);
        }
        Ok(Self { nodes })
    }

    /// The addresses of all nodes, separated by commas.
    pub fn urls(&self) -> String {
        let urls: Vec<String> = self.nodes.iter().map(LocalServer::url).collect();
        urls.join(",")
    }

    /// One node, by its name.
    ///
    /// # Panics
    /// When there is no node of that name.
    pub fn node(&mut self, name: &str) -> &mut LocalServer {
        let at = name
            .strip_prefix('n')
            .and_then(|number| number.parse::<usize>().ok());
        at.and_then(|number| self.nodes.get_mut(number.checked_sub(1)?))
            .unwrap_or_else(|| panic!("there is no node {name}"))
    }

    /// All nodes.
    pub fn nodes(&mut self) -> &mut [LocalServer] {
        &mut self.nodes
    }
}
