//! The small types: one spelling each, read back as written, and mapped to the codes of other data sets.

use armistice_report::*;

#[test]
fn timestamps() {
    for text in [
        "2022-03-26T14:00:00Z",
        "1969-12-31T23:59:59.999999Z",
        "0000-01-01T00:00:00Z",
        "9999-12-30T22:00:00Z",
        "2024-02-29T00:00:00.000001Z",
    ] {
        assert_eq!(Timestamp::new(text).expect("lawful").to_string(), text);
    }
    let short = Timestamp::new("2022-03-26T14:00:00.25Z").expect("lawful");
    assert_eq!(
        (short.to_string().as_str(), short.as_micros()),
        ("2022-03-26T14:00:00.250000Z", 1_648_303_200_250_000)
    );
    assert_eq!(Timestamp::from_micros(short.as_micros()), Some(short));
    assert_eq!(Timestamp::from_micros(i64::MAX), None);
    assert_eq!(Timestamp::from_micros(-62_167_219_200_000_001), None);
    assert_eq!(Timestamp::from(short.to_jiff()), short);
}

#[test]
fn days_in_a_zone() {
    let late = Timestamp::new("2022-03-25T20:00:00Z").expect("lawful");
    let baku = Zone::new("+04:00").expect("lawful");
    assert_eq!(late.date_in(baku).to_string(), "2022-03-26");
    assert_eq!(late.date_in(Zone::UTC).to_string(), "2022-03-25");
    assert_eq!(
        (
            baku.minutes(),
            Zone::new("-03:30").expect("lawful").to_string().as_str()
        ),
        (240, "-03:30")
    );
}

#[test]
fn angles_keep_seven_decimals() {
    for degrees in [0.0, 40.0, -89.999_999_9, 46.812_345_6, 90.0, -90.0] {
        let kept = Latitude::new(degrees).expect("lawful");
        let text = serde_json::to_string(&kept).expect("json");
        assert_eq!(
            serde_json::from_str::<Latitude>(&text).expect("json"),
            kept,
            "{text}"
        );
    }
    assert_eq!(Latitude::new(40.123_456_78).expect("lawful").e7(), 401_234_568);
    assert!(Latitude::new(f64::NAN).is_err() && Longitude::new(f64::INFINITY).is_err());
}

#[test]
fn ids_and_keys() {
    let key = KeyText::new("example.org/log+0a1b2c3d+AQ+/==").expect("lawful");
    assert_eq!((key.name(), key.key_id()), ("example.org/log", "0a1b2c3d"));
    assert!(KeyText::new("a b+0a1b2c3d+AQ==").is_err());
    assert!(KeyText::new("+0a1b2c3d+AQ==").is_err());
    let source = SourceName::new("example.org/karabakh").expect("lawful");
    assert_eq!(source.producer(), None);
    let producer = ProducerName::new("newsdesk").expect("lawful");
    assert_eq!(SourceName::from(&producer).producer(), Some(producer));
    for tag in ["en", "sr-Latn", "zh-Hant-TW"] {
        assert!(LanguageTag::new(tag).is_ok(), "{tag}");
    }
    for tag in ["e", "en_GB", "en-", "-en", "12"] {
        assert!(LanguageTag::new(tag).is_err(), "{tag}");
    }
    assert!(MediaType::new("image/svg+xml").is_ok() && MediaType::new("image").is_err());
}

#[test]
fn quantities_give_their_bounds() {
    assert_eq!(
        (Quantity::exactly(3).low(), Quantity::exactly(3).high()),
        (Some(3), Some(3))
    );
    assert_eq!(
        (Quantity::at_least(13).low(), Quantity::at_least(13).high()),
        (Some(13), None)
    );
    assert_eq!(
        (Quantity::about(2000).low(), Quantity::about(2000).high()),
        (None, None)
    );
    let bare = Quantity {
        min: None,
        max: None,
        ..Quantity::exactly(4)
    };
    assert_eq!((bare.low(), bare.high()), (Some(4), Some(4)));
    // A row of a data set whose low is above its best, and one that gives the best number alone.
    let row: Quantity = serde_json::from_str(r#"{"min":7,"best":5,"max":6,"relation":"as_given"}"#).unwrap();
    assert_eq!((row.low(), row.best, row.high()), (Some(5), Some(5), Some(7)));
    let row: Quantity = serde_json::from_str(r#"{"best":5,"relation":"as_given"}"#).unwrap();
    assert_eq!((row.low(), row.high()), (None, None));
    assert!(serde_json::from_str::<Quantity>(r#"{"relation":"as_given","verbatim":"several"}"#).is_err());
}

#[test]
fn codes_of_other_data_sets() {
    let dates: Vec<_> = TimePrecision::ALL
        .iter()
        .map(|p| (p.ucdp_date_prec(), p.acled_time_precision()))
        .collect();
    let some = |ucdp, acled| (Some(ucdp), Some(acled));
    assert_eq!(
        dates,
        [
            some(1, 1),
            some(1, 1),
            some(1, 1),
            some(1, 1),
            some(2, 2),
            some(3, 2),
            some(4, 3),
            (Some(5), None),
            (None, None)
        ]
    );
    let places: Vec<_> = PlacePrecision::ALL
        .iter()
        .map(|p| (p.ucdp_where_prec(), p.acled_geo_precision()))
        .collect();
    assert_eq!(
        places,
        [
            some(1, 1),
            some(2, 2),
            some(3, 2),
            some(4, 3),
            (Some(5), None),
            (Some(6), None),
            (Some(7), None),
            (None, None)
        ]
    );
}

#[test]
fn every_word_is_one_spelling() {
    for of in EventType::ALL {
        assert_eq!(of.as_str().parse::<EventType>().expect("known"), *of);
        assert_eq!(of.as_str().rsplit('.').next(), Some("v1"));
    }
    assert_eq!(EventType::ALL.len(), 42);
    for code in RefusalCode::ALL {
        assert!(
            code.as_str()
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
            "{code}"
        );
        assert_eq!(serde_json::to_string(code).expect("json"), format!("\"{code}\""));
    }
}

#[test]
fn grants_follow_families() {
    assert_eq!(EventType::IncidentReported.grant(), Grant::Claim);
    assert_eq!(EventType::ClaimDenied.grant(), Grant::Claim);
    assert_eq!(EventType::PresenceReported.grant(), Grant::Claim);
    assert_eq!(EventType::StatementMade.grant(), Grant::Claim);
    assert_eq!(EventType::IncidentAssessed.grant(), Grant::Assess);
    assert_eq!(EventType::IncidentsLinked.grant(), Grant::Curate);
    assert_eq!(EventType::PlaceRegistered.grant(), Grant::Curate);
    assert_eq!(EventType::ProducerEnrolled.grant(), Grant::Admin);
}
