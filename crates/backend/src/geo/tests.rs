use std::fs;
use std::path::Path;

use domain::geo::{Asn, Place};
use runtime::Clock;
use time::OffsetDateTime;

use super::files;
use super::*;

const COUNTRIES: &str = "192.0.2.0,192.0.2.127,XA\n198.51.100.0,198.51.100.255,XB\n";
const COUNTRIES_V6: &str = "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,XC\n";
const NETWORKS: &str = "192.0.2.0,192.0.2.255,64500,\"Example, Inc. \"\"A\"\"\"\n\
    198.51.100.0,198.51.100.255,64501,Example Two\n\
    203.0.113.0,203.0.113.255,64500,Another name\n";
const NETWORKS_V6: &str = "2001:db8::,2001:db8::ffff,64501,Example Two\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let texts = [COUNTRIES, COUNTRIES_V6, NETWORKS, NETWORKS_V6];
    for (name, text) in files::NAMES.into_iter().zip(texts) {
        put(folder.path(), name, text);
    }
    folder
}

/// At one stroke, as docs/operating.md says.
fn put(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let beside = folder.join("beside");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, folder.join(name)).unwrap();
}

fn clock() -> Clock {
    Clock::fixed(OffsetDateTime::UNIX_EPOCH)
}

async fn read(folder: &Path) -> Geo {
    let geo = Geo::in_folder(Some(folder.to_owned()));
    geo.look(&clock()).await;
    geo
}

fn place(country: Option<&str>, asn: Option<u32>) -> Place {
    Place {
        country: country.map(|country| country.parse().unwrap()),
        asn: asn.map(Asn),
    }
}

#[tokio::test]
async fn addresses_have_a_country_and_a_network() {
    let folder = folder();
    let geo = read(folder.path()).await;
    let places = geo.places();
    for (address, expected) in [
        ("192.0.2.0", place(Some("XA"), Some(64_500))),
        ("192.0.2.127", place(Some("XA"), Some(64_500))),
        ("192.0.2.128", place(None, Some(64_500))),
        ("::ffff:192.0.2.1", place(Some("XA"), Some(64_500))),
        ("192.0.1.255", place(None, None)),
        ("192.0.3.0", place(None, None)),
        ("198.51.100.255", place(Some("XB"), Some(64_501))),
        ("203.0.113.9", place(None, Some(64_500))),
        ("2001:db8::1", place(Some("XC"), Some(64_501))),
        ("2001:db8::1:0", place(Some("XC"), None)),
        ("2001:db8:1::", place(None, None)),
    ] {
        let address: std::net::IpAddr = address.parse().unwrap();
        assert_eq!(places.place(address), expected, "{address}");
    }
    let names = [64_500, 64_501, 64_502].map(|asn| places.network_name(Asn(asn)));
    let expected = [Some("Example, Inc. \"A\""), Some("Example Two"), None];
    assert_eq!(names, expected);
    let state = geo.state();
    assert_eq!(state.read_at, Some(OffsetDateTime::UNIX_EPOCH));
    let ranges: Vec<usize> = state.files.iter().map(|file| file.ranges).collect();
    assert_eq!((ranges, state.problem), (vec![2, 1, 3, 1], None));
}

#[tokio::test]
async fn without_files_nothing_is_known() {
    let nobody_said = Geo::default();
    nobody_said.look(&clock()).await;
    assert_eq!(nobody_said.state(), State::default());

    let empty = tempfile::tempdir().unwrap();
    let geo = read(empty.path()).await;
    let state = geo.state();
    assert_eq!((state.read_at, state.files.len()), (None, 0));
    assert_eq!(state.problem.as_deref(), Some("none of the files is there"));
    let address = "192.0.2.1".parse().unwrap();
    assert_eq!(geo.places().place(address), Place::default());

    // One file is enough for what it says.
    put(empty.path(), files::COUNTRIES_V4, COUNTRIES);
    geo.look(&clock()).await;
    assert_eq!(geo.places().place(address), place(Some("XA"), None));
    assert_eq!((geo.state().files.len(), geo.state().problem), (1, None));
}

#[tokio::test]
async fn what_changes_is_read_again() {
    let folder = folder();
    let geo = read(folder.path()).await;
    let before = geo.places();
    geo.look(&clock()).await;
    assert!(std::sync::Arc::ptr_eq(&before, &geo.places()));
    put(
        folder.path(),
        files::COUNTRIES_V4,
        COUNTRIES.replace("XA", "XD"),
    );
    geo.look(&clock()).await;
    let address = "192.0.2.1".parse().unwrap();
    assert_eq!(before.place(address).country, "XA".parse().ok());
    assert_eq!(geo.places().place(address).country, "XD".parse().ok());
}

#[tokio::test]
async fn broken_files_are_refused_with_their_line_and_the_old_data_stays() {
    let folder = folder();
    let geo = read(folder.path()).await;
    let (v4, v6) = (files::COUNTRIES_V4, files::COUNTRIES_V6);
    let networks = files::NETWORKS_V4;
    let long = format!("192.0.2.0,192.0.2.1,{}\n", "X".repeat(8_000));
    let huge = format!("192.0.2.0,192.0.2.1,{}\n", "X".repeat(1 << 20));
    // A quote that is never closed takes the rest of the file.
    let open = b"192.0.2.0,192.0.2.1,1,a\n192.0.2.2,192.0.2.3,\"1,b\n".as_slice();
    let falls = b"192.0.2.0,192.0.2.1,XA\n192.0.1.0,192.0.1.9,XA\n".as_slice();
    let twice = b"192.0.2.0,192.0.2.1,XA\n192.0.2.0,192.0.2.9,XA\n".as_slice();
    let open_and_huge = [open, "192.0.2.4,192.0.2.5,1,b\n".repeat(50_000).as_bytes()].concat();
    let cases: [(&str, &[u8], u64, Fault); 22] = [
        (v4, b"<html>\n", 1, Fault::Fields(3)),
        (v4, b"192.0.2.0,192.0.2.1\n", 1, Fault::Fields(3)),
        (v4, b"192.0.2.0,192.0.2.1,XA,\n", 1, Fault::Fields(3)),
        (v4, b"first,last,XA\n", 1, Fault::Address),
        (v4, b"3221225984,3221225985,XA\n", 1, Fault::Address),
        (v4, b"192.0.2.00,192.0.2.1,XA\n", 1, Fault::Address),
        (v4, b"2001:db8::,2001:db8::1,XA\n", 1, Fault::Address),
        (v6, b"192.0.2.0,192.0.2.1,XA\n", 1, Fault::Address),
        (v4, b"192.0.2.9,192.0.2.8,XA\n", 1, Fault::Backwards),
        (v4, twice, 2, Fault::Order),
        (v4, falls, 2, Fault::Order),
        (v4, b"192.0.2.0,192.0.2.1,xa\n", 1, Fault::Country),
        (v4, b"192.0.2.0,192.0.2.1,\n", 1, Fault::Country),
        (v4, b"192.0.2.0,192.0.2.1,\"<b\"\n", 1, Fault::Country),
        (v4, long.as_bytes(), 1, Fault::Country),
        (v4, huge.as_bytes(), 1, Fault::TooLong),
        (v4, b"192.0.2.0,192.0.2.1,\xff\xff\n", 1, Fault::Text),
        (networks, b"192.0.2.0,192.0.2.1,0,x\n", 1, Fault::Network),
        (networks, b"192.0.2.0,192.0.2.1,1x,x\n", 1, Fault::Network),
        (
            networks,
            b"192.0.2.0,192.0.2.1,1,\xc3\x28\n",
            1,
            Fault::Text,
        ),
        (networks, open, 2, Fault::Fields(4)),
        (networks, &open_and_huge, 2, Fault::TooLong),
    ];
    for (name, text, line, fault) in cases {
        let good = fs::read(folder.path().join(name)).unwrap();
        put(folder.path(), name, text);
        geo.look(&clock()).await;
        let told = format!("{name}, line {line}: {fault}");
        assert_eq!(geo.state().problem.as_deref(), Some(&*told));
        let address = "192.0.2.1".parse().unwrap();
        let known = place(Some("XA"), Some(64_500));
        assert_eq!(geo.places().place(address), known, "{told}");
        put(folder.path(), name, good);
        geo.look(&clock()).await;
        assert_eq!(geo.state().problem, None, "{told}");
    }
}

#[tokio::test]
async fn files_that_vanish_or_are_none_change_nothing() {
    let folder = folder();
    let geo = read(folder.path()).await;
    let known = place(Some("XA"), Some(64_500));
    let address = "192.0.2.1".parse().unwrap();
    let path = folder.path().join(files::NETWORKS_V4);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    geo.look(&clock()).await;
    assert_eq!(
        geo.state().problem.as_deref(),
        Some("asn-ipv4.csv: not a file")
    );
    assert_eq!(geo.places().place(address), known);

    let elsewhere = folder.path().with_extension("elsewhere");
    fs::rename(folder.path(), &elsewhere).unwrap();
    geo.look(&clock()).await;
    assert_eq!(
        geo.state().problem.as_deref(),
        Some("none of the files is there")
    );
    assert_eq!(geo.places().place(address), known);

    fs::rename(&elsewhere, folder.path()).unwrap();
    fs::remove_dir(&path).unwrap();
    put(folder.path(), files::NETWORKS_V4, NETWORKS);
    geo.look(&clock()).await;
    assert_eq!((geo.state().problem, geo.state().files.len()), (None, 4));
}

#[tokio::test]
async fn names_of_networks_are_harmless() {
    let folder = folder();
    let long = "名".repeat(200);
    let rows = format!(
        "192.0.2.0,192.0.2.1,1,\"a\nb\u{1b}[31m\u{202e}\"\n\
         192.0.2.2,192.0.2.3,2,{long}\n\
         192.0.2.4,192.0.2.5,3,{}\n\
         192.0.2.6,192.0.2.7,4,\n\
         192.0.2.8,192.0.2.9,5,<script>alert(1)</script>\n",
        "\u{ad}".repeat(150)
    );
    put(folder.path(), files::NETWORKS_V4, rows);
    let places = read(folder.path()).await.places();
    let name = |asn| places.network_name(Asn(asn));
    assert_eq!(name(1), Some("a\\x0ab\\x1b[31m\\u{202e}"));
    assert_eq!(name(2).map(str::len), Some(198));
    let third = name(3).unwrap();
    assert!(
        third.len() <= 200 && third.starts_with("\\u{ad}\\u{ad}"),
        "{third}"
    );
    assert_eq!(name(4), None);
    // Letters are escaped where they are shown.
    assert_eq!(name(5), Some("<script>alert(1)</script>"));
}
