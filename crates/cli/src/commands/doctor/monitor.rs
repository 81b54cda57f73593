//! What `armistice doctor` reads from a server's monitoring pages.
//!
//! ```text
//! GET http://127.0.0.1:8222/varz
//! {"version":"2.14.0","now":"2026-03-01T10:00:00Z","slow_consumers":0,
//!  "jetstream":{"config":{"sync_interval":120000000000,"sync_always":true,…},"stats":{"storage":…,"reserved_storage":…}},…}
//! ```
//! Source: nats-server 2.14.0, `server/monitor.go`. The field `sync_always` is left out when it is false.

use std::time::Duration;

use serde_json::Value;

use super::finding::{Finding, chain};
use super::machine;
use crate::machine as clock;

/// How long the monitoring page may take.
const ANSWER_S_MAX: u64 = 5;

/// Bytes of a page. `/varz` has about 3 kB, more with many accounts.
const PAGE_BYTES_MAX: u64 = 1 << 20;

/// Used share of JetStream's storage, in percent, above which it is time to make room.
const STORAGE_PERCENT_HIGH: u64 = 80;

/// Reads `/varz` of each address and judges it.
pub(crate) fn check(addresses: &[String]) -> Vec<Finding> {
    addresses
        .iter()
        .flat_map(|address| match page(address) {
            Ok(varz) => judge(address, &varz),
            Err(error) => vec![Finding::problem(
                "monitoring",
                format!("{address} gave no page: {error}"),
                "the address is the one of `http:` in the server's configuration, for example http://127.0.0.1:8222",
            )],
        })
        .collect()
}

fn page(address: &str) -> Result<Value, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(ANSWER_S_MAX)))
        .build()
        .into();
    let url = format!("{}/varz", address.trim_end_matches('/'));
    let mut answer = agent.get(&url).call().map_err(|error| chain(&error))?;
    answer
        .body_mut()
        .with_config()
        .limit(PAGE_BYTES_MAX)
        .read_json::<Value>()
        .map_err(|error| chain(&error))
}

fn judge(address: &str, varz: &Value) -> Vec<Finding> {
    let about = |what: &str| match varz["server_name"].as_str() {
        Some(name) => format!("{what} of {name}"),
        None => format!("{what} of {address}"),
    };
    let mut findings = vec![sync(&about("sync"), varz)];
    if let Some(now) = varz["now"]
        .as_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
    {
        findings.push(machine::clock(clock::now(), now.into(), &about("the clock")));
    }
    findings.extend(storage(&about("storage"), varz));
    findings.extend(cluster(&about("cluster"), varz));
    if let Some(slow) = varz["slow_consumers"].as_u64().filter(|slow| *slow > 0) {
        findings.push(Finding::warning(
            about("connections"),
            format!("{slow} were cut off because they read too slowly"),
            "look for a subscriber that is overloaded; `/connz?state=closed` on the monitoring port names them",
        ));
    }
    findings
}

fn sync(about: &str, varz: &Value) -> Finding {
    let config = &varz["jetstream"]["config"];
    if config.is_null() {
        return Finding::problem(
            about,
            "JetStream is off",
            "add a `jetstream { … }` block, as `armistice nats-config` writes it, and restart the server",
        );
    }
    if config["sync_always"] == Value::Bool(true) {
        return Finding::ok(
            about,
            "every acknowledged message is on disk (sync_interval: always)",
        );
    }
    let seconds = config["sync_interval"].as_u64().unwrap_or_default() / 1_000_000_000;
    Finding::warning(
        about,
        format!("a power cut loses up to {seconds} s of acknowledged messages, and streams as young as that"),
        "set `sync_interval: always` in the `jetstream` block and restart; receipts are safe either way, producers send again what has none",
    )
}

fn storage(about: &str, varz: &Value) -> Option<Finding> {
    let jetstream = &varz["jetstream"];
    let max = jetstream["config"]["max_storage"]
        .as_u64()
        .filter(|max| *max > 0)?;
    let used = jetstream["stats"]["storage"].as_u64()?;
    let percent = used.saturating_mul(100) / max;
    let found = format!(
        "{} of {} used ({percent} %)",
        machine::size(used),
        machine::size(max)
    );
    Some(if percent >= STORAGE_PERCENT_HIGH {
        Finding::warning(
            about,
            found,
            "make room on the server's disk or raise `max_file_store`; a full store refuses what is published",
        )
    } else {
        Finding::ok(about, found)
    })
}

/// The group that leads a cluster's streams; a server that stands alone has none.
fn cluster(about: &str, varz: &Value) -> Option<Finding> {
    let meta = varz["jetstream"].get("meta")?;
    let nodes = meta["cluster_size"].as_u64().unwrap_or_default();
    let leader = meta["leader"].as_str().filter(|leader| !leader.is_empty());
    let routes = varz["cluster"]["urls"].as_array().map_or(0, Vec::len);
    let Some(leader) = leader else {
        return Some(Finding::problem(
            about,
            format!("{nodes} nodes, and none leads"),
            "more than half of the nodes must run and reach one another: look at their logs and at the routes' certificates",
        ));
    };
    let found = format!("{nodes} nodes, {leader} leads, {routes} routes");
    Some(if nodes < 3 {
        Finding::warning(
            about,
            found,
            "a cluster of fewer than three nodes stops when one is lost",
        )
    } else {
        Finding::ok(about, found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Level;
    use serde_json::json;

    fn levels(varz: &Value) -> Vec<(String, Level)> {
        judge("x", varz)
            .into_iter()
            .map(|finding| (finding.about, finding.level))
            .collect()
    }

    #[test]
    fn a_server_without_always_is_a_warning_and_one_without_jetstream_a_problem() {
        let varz = |config: Value| json!({"server_name": "a", "jetstream": {"config": config}});
        let sync = |config: Value| levels(&varz(config))[0].1;
        assert_eq!(sync(json!({"sync_always": true})), Level::Ok);
        assert_eq!(
            sync(json!({"sync_interval": 120_000_000_000_u64})),
            Level::Warning
        );
        assert_eq!(sync(Value::Null), Level::Problem);
    }

    #[test]
    fn a_cluster_needs_a_leader_and_three_nodes() {
        let level = |meta: Value| {
            cluster("cluster", &json!({"jetstream": {"meta": meta}}))
                .unwrap()
                .level
        };
        assert_eq!(level(json!({"leader": "a", "cluster_size": 3})), Level::Ok);
        assert_eq!(level(json!({"leader": "a", "cluster_size": 2})), Level::Warning);
        assert_eq!(level(json!({"cluster_size": 3})), Level::Problem);
        assert!(cluster("cluster", &json!({"jetstream": {}})).is_none());
    }

    #[test]
    fn a_page_that_is_not_there_is_a_problem() {
        let findings = check(&["http://127.0.0.1:1".to_owned()]);
        assert_eq!(findings[0].level, Level::Problem);
    }
}
