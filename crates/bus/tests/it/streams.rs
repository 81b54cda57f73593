//! Streams are made as they are asked for, and what is there already is compared.

use armistice_bus::{Error, Stream, StreamSettings};
use async_nats::jetstream::stream::Config;

use crate::support::{World, raw, submit};

#[tokio::test]
async fn streams_are_created_once_and_are_the_same_the_second_time() {
    let world = World::new();
    let bus = world.bus().await;
    let settings = StreamSettings::default();
    for stream in Stream::ALL {
        assert_eq!(bus.state(stream).await.unwrap(), None);
        let created = bus.ensure(stream, &settings).await.unwrap();
        assert_eq!(
            (created.messages, created.last_sequence, created.replicas),
            (0, 0, 1)
        );
        assert_eq!(
            bus.ensure(stream, &settings).await.unwrap(),
            created,
            "{stream:?}"
        );
        assert_eq!(bus.state(stream).await.unwrap(), Some(created));
    }
}

#[tokio::test]
async fn a_stream_with_another_setting_is_refused_by_the_fields_name() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let other = StreamSettings {
        submitted_bytes_max: 1_000_000,
        ..StreamSettings::default()
    };
    match bus.ensure(Stream::Submitted, &other).await {
        Err(Error::StreamDiffers {
            stream,
            field,
            expected,
            found,
        }) => {
            assert_eq!(
                (stream.as_str(), field.as_str()),
                ("SUBMITTED_test-1", "max_bytes")
            );
            assert_eq!((expected.as_str(), found.as_str()), ("1000000", "1073741824"));
        }
        other => panic!("{other:?}"),
    }
    // A field that was not asked for at all.
    let js = raw(&world).await;
    let mut config = js
        .get_stream("VIEWS_test-1")
        .await
        .unwrap()
        .cached_info()
        .config
        .clone();
    config.republish = Some(async_nats::jetstream::stream::Republish {
        source: ">".to_owned(),
        destination: "copy.>".to_owned(),
        headers_only: false,
    });
    js.update_stream(&config).await.unwrap();
    let differs = bus.ensure(Stream::Views, &StreamSettings::default()).await;
    assert!(
        matches!(&differs, Err(Error::StreamDiffers { field, .. }) if field == "republish"),
        "{differs:?}"
    );
}

#[tokio::test]
async fn a_foreign_stream_of_the_same_name_is_refused() {
    let world = World::new();
    let bus = world.bus().await;
    let js = raw(&world).await;
    js.create_stream(Config {
        name: "ENTRIES_test-1".to_owned(),
        subjects: vec!["armistice.test-1.entry.*".to_owned()],
        ..Config::default()
    })
    .await
    .unwrap();
    let differs = bus.ensure(Stream::Entries, &StreamSettings::default()).await;
    assert!(
        matches!(&differs, Err(Error::StreamDiffers { stream, .. }) if stream == "ENTRIES_test-1"),
        "{differs:?}"
    );
}

#[tokio::test]
async fn messages_are_read_one_by_one_and_purged_up_to_the_cursor() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    assert_eq!(bus.last_message(Stream::Submitted, None).await.unwrap(), None);
    submit(&bus, 1..11).await;
    let third = bus.message(Stream::Submitted, 3).await.unwrap().unwrap();
    assert_eq!((third.sequence, &third.payload[..]), (3, &b"3"[..]));
    assert_eq!(third.subject, "armistice.test-1.submit.desk");
    assert!(third.published_ns > 1_600_000_000_000_000_000);
    let last = bus.last_message(Stream::Submitted, None).await.unwrap().unwrap();
    assert_eq!(last.sequence, 10);
    let desk = bus.subjects().submit("desk");
    let last = bus
        .last_message(Stream::Submitted, Some(&desk))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(last.sequence, 10);
    let nobody = bus.subjects().submit("nobody");
    assert_eq!(
        bus.last_message(Stream::Submitted, Some(&nobody)).await.unwrap(),
        None
    );

    bus.purge_before(Stream::Submitted, 1).await.unwrap();
    bus.purge_before(Stream::Submitted, 7).await.unwrap();
    let state = bus.state(Stream::Submitted).await.unwrap().unwrap();
    assert_eq!(
        (state.first_sequence, state.last_sequence, state.messages),
        (7, 10, 4)
    );
    assert_eq!(bus.message(Stream::Submitted, 6).await.unwrap(), None);
    assert!(bus.message(Stream::Submitted, 7).await.unwrap().is_some());
}

#[tokio::test]
async fn entries_cannot_be_purged_or_deleted() {
    let world = World::new();
    let bus = world.bus_with_streams().await;
    let subject = bus.subjects().entry("note.added.v1");
    for _ in 0..3 {
        bus.publish(armistice_bus::Outgoing::new(subject.clone(), "x"))
            .await
            .unwrap();
    }
    assert!(matches!(
        bus.purge_before(Stream::Entries, 3).await,
        Err(Error::Refused { .. })
    ));
    let stream = raw(&world).await.get_stream("ENTRIES_test-1").await.unwrap();
    assert!(stream.delete_message(2).await.is_err());
    assert_eq!(bus.state(Stream::Entries).await.unwrap().unwrap().messages, 3);
}

#[tokio::test]
async fn without_a_stream_there_is_a_clear_word() {
    let world = World::new();
    let bus = world.bus().await;
    assert!(matches!(
        bus.message(Stream::Entries, 1).await,
        Err(Error::NoStream { stream }) if stream == "ENTRIES_test-1"
    ));
    assert!(matches!(
        bus.intake("ledger", 1).await,
        Err(Error::NoStream { stream }) if stream == "SUBMITTED_test-1"
    ));
    assert!(matches!(
        bus.purge_before(Stream::Submitted, 5).await,
        Err(Error::NoStream { stream }) if stream == "SUBMITTED_test-1"
    ));
}
