//! The page `docs/reference/importing.md` has every finding as the program prints it.

use armistice_importer::FindingCode;

#[test]
fn every_code_has_its_line() {
    let page = include_str!("../../../../docs/reference/importing.md");
    for code in FindingCode::ALL {
        let line = format!("| `{code}` | {} | {} |", code.meaning(), code.to_do());
        assert!(page.contains(&line), "{line}");
    }
}
