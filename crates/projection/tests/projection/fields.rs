//! What the state keeps beside its counts: codebooks, receiving times, and fields of rows that are passed on as they are.

use armistice_projection::Projection;
use armistice_report::Sha256;
use armistice_tlog::Hash;
use serde_json::json;

use crate::log::Log;

#[test]
fn codebooks_come_in_the_order_of_the_log_with_the_text_that_their_entry_holds() {
    let mut log = Log::founded();
    assert_eq!(Projection::new().codebooks(), []);
    assert_eq!(Projection::new().last_received(), None);
    let text = r#"{"format":"armistice/codebook/v1","codebook":"un-zone"}"#;
    let sha256 = Hash::sha256(text.as_bytes());
    log.add(
        "operator",
        "codebook.adopted.v1",
        "adopted",
        json!({"content": {"codebook": {"id": "un-zone", "sha256": sha256.to_string()}, "text": text}}),
    );
    let folded = log.fold(log.entries.len());
    let restored = Projection::restore(&folded.snapshot()).unwrap();
    for projection in [folded, restored] {
        let codebooks = projection.codebooks();
        assert_eq!(codebooks.len(), 2);
        assert_eq!(
            (codebooks[0].id.as_str(), codebooks[0].index, &codebooks[0].text),
            ("demo", 0, &None)
        );
        let adopted = &codebooks[1];
        assert_eq!((adopted.id.as_str(), adopted.index), ("un-zone", 5));
        assert_eq!(adopted.text.as_deref(), Some(text));
        assert_eq!(
            (adopted.sha256, adopted.hash.0),
            (Sha256(sha256.0), log.entries[5].hash.0)
        );
        assert_eq!(projection.codebook(), Some(adopted.sha256));
        assert_eq!(projection.last_received(), Some(log.entries[5].received));
    }
}

#[test]
fn the_texts_of_the_newest_codebooks_are_kept() {
    let mut log = Log::founded();
    for at in 0..70 {
        let text = format!(r#"{{"version":{at}}}"#);
        let sha256 = Hash::sha256(text.as_bytes()).to_string();
        let content = json!({"codebook": {"id": "b", "sha256": sha256}, "text": text});
        log.add(
            "operator",
            "codebook.adopted.v1",
            &format!("b{at}"),
            json!({"content": content}),
        );
    }
    let codebooks = log.fold(log.entries.len()).codebooks();
    let kept = codebooks
        .iter()
        .filter(|codebook| codebook.text.is_some())
        .count();
    assert_eq!((codebooks.len(), kept), (71, 64));
    assert!(codebooks.last().unwrap().text.is_some());
}
