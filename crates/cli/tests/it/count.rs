//! Codebooks, counts by them and tables, as a data desk uses them from outside.

use crate::desk::Desk;

fn demo() -> Desk {
    let desk = Desk::new();
    desk.good("demo --dir d");
    desk
}

#[test]
fn a_count_names_its_codebook_and_says_the_same_in_every_format() {
    let desk = demo();
    let line = "count allegations --dir d --by day --cut side";
    let document = desk.json(&format!("{line} -o json"));
    assert_eq!(
        (
            &document["codebook"],
            &document["codebook_adopted_by_entry"],
            &document["tree_size"]
        ),
        (&"karabakh-2020".into(), &54.into(), &55.into())
    );
    let rows = document["rows"].as_array().unwrap();
    let numbers: Vec<(&str, u64)> = rows
        .iter()
        .filter(|row| row["row"] == "count")
        .map(|row| {
            (
                row["key"].as_str().unwrap(),
                row["count"]["best"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        numbers,
        [
            ("count/allegations/2022-03-24/azerbaijan", 2),
            ("count/allegations/2022-03-25/azerbaijan", 0),
            ("count/allegations/2022-03-26/azerbaijan", 2),
            ("count/allegations/2022-03-26/karabakh-armenian", 1),
        ]
    );
    for row in rows {
        assert_eq!(row["codebook_sha256"], document["codebook_sha256"], "{row}");
    }
    let lines = desk.good(&format!("{line} -o ndjson"));
    assert_eq!(lines.lines().count(), rows.len());
    let csv = desk.good(&format!("{line} -o csv"));
    assert!(
        csv.lines()
            .nth(1)
            .unwrap()
            .contains(document["digest"].as_str().unwrap()),
        "{csv}"
    );
    let told = desk.good(line);
    for expected in [
        "unit allegation",
        "adopted by #54",
        "zone +04:00",
        "nobody reported how much was watched",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    // Exported tiles give the same bytes.
    let public = desk.json("count allegations --from d/public --by day --cut side -o json");
    assert_eq!(public, document);
}

#[test]
fn only_what_the_log_adopted_counts_unless_a_file_is_named() {
    let desk = demo();
    let refused = desk.ends(4, "count --dir d --codebook un-zone");
    assert!(
        refused.stderr.contains("armistice codebook adopt"),
        "{}",
        refused.stderr
    );
    desk.ends(4, "count allegations --dir d --as-of 40");
    desk.write("un-zone.json", &desk.good("codebook show un-zone -o json"));
    desk.good("codebook check un-zone.json");
    let told = desk.good("count complaints --dir d --codebook-file un-zone.json");
    assert!(told.contains("not adopted by this log"), "{told}");
    assert!(desk.good("codebook adopt un-zone --dir d").contains("recorded"));
    // The same document again is the same entry.
    assert!(
        desk.good("codebook adopt --file un-zone.json --dir d")
            .contains("repeated")
    );
    let both =
        ["un-zone", "karabakh-2020"].map(|id| desk.json(&format!("count --dir d --codebook {id} -o json")));
    assert_ne!(both[0]["codebook_sha256"], both[1]["codebook_sha256"]);
    assert_eq!(both[0]["root"], both[1]["root"]);
    let listed = desk.good("codebook list --dir d -o ndjson");
    assert_eq!(listed.lines().count(), 4, "{listed}");
    desk.good("audit --dir d");
}

#[test]
fn what_is_wrong_is_named() {
    let desk = demo();
    for (code, line, expected) in [
        (4, "count nothing --dir d", "it has allegations"),
        (
            2,
            "count allegations --dir d --cut means",
            "cannot be cut by means",
        ),
        (2, "count allegations --dir d --cut colour", "there is no cut"),
        (4, "codebook show nothing", "osce-style"),
        (
            2,
            "view queue --dir d --prove total --out row",
            "no signed statement",
        ),
    ] {
        let ran = desk.ends(code, line);
        assert!(ran.stderr.contains(expected), "{line}\n{}", ran.stderr);
    }
    desk.write("bad.json", "{\"format\":\"armistice/codebook/v2\"}");
    let ran = desk.ends(6, "codebook check bad.json");
    assert!(ran.stderr.contains("codebook_flaw"), "{}", ran.stderr);
}

#[test]
fn tables_stand_beside_the_views() {
    let desk = demo();
    let listed = desk.json("view --dir d -o json");
    let of = |form: &str| {
        let views = listed["views"].as_array().unwrap();
        views.iter().filter(|row| row["form"] == form).count()
    };
    assert_eq!((of("view"), of("table")), (12, 10));
    let queue = desk.json("view queue --dir d --where row=total -o json");
    assert_eq!(
        (&queue["view"], &queue["rows"][0]["waiting"]),
        (&"queue".into(), &2.into())
    );
    let contested = desk.json("view contested --dir d --where row=side -o json");
    let open: Vec<u64> = contested["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["open"].as_u64().unwrap())
        .collect();
    assert_eq!(open, [4, 0]);
}
