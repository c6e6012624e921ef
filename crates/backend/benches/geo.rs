//! Countries and networks of the whole internet: time to read them, memory they take (bar: 60 MB, also
//! while they are read again), and lookups. `cargo xtask geo && cargo bench -p backend --bench geo`.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Instant;

use backend::geo::Geo;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use runtime::Clock;

const LOOKUPS: u32 = 2_000_000;
const BAR: u64 = 60 << 20;

#[tokio::main]
async fn main() {
    let folder = std::env::var_os("GEO").map_or_else(fetched, PathBuf::from);
    let before = memory("VmRSS");
    let geo = Geo::in_folder(Some(folder.clone()));
    let start = Instant::now();
    geo.look(&Clock::system()).await;
    let state = geo.state();
    assert_eq!(state.problem, None, "cargo xtask geo");
    let ranges: usize = state.files.iter().map(|file| file.ranges).sum();
    println!("read {ranges} ranges in {:?}", start.elapsed());
    let one = memory("VmRSS") - before;

    // A second one beside the first: what a change of the files costs while they are read.
    let again = Geo::in_folder(Some(folder));
    again.look(&Clock::system()).await;
    let peak = memory("VmHWM") - before;
    println!(
        "memory: {} MB; {} MB while they are read again",
        one >> 20,
        peak >> 20
    );
    assert!(peak < BAR, "more than {} MB", BAR >> 20);
    drop(again);

    let places = geo.places();
    for (address, country) in [("8.8.8.8", "US"), ("193.0.6.139", "NL")] {
        let place = places.place(address.parse().expect("is an address"));
        let name = place.asn.and_then(|asn| places.network_name(asn));
        println!("{address}: {place:?} {name:?}");
        assert_eq!(place.country, country.parse().ok());
        assert!(name.is_some());
    }
    for address in [
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "2001:db8::1",
        "10.0.0.1",
    ] {
        let place = places.place(address.parse().expect("is an address"));
        assert_eq!((place.country, place.asn), (None, None), "{address}");
    }
    let mut random = StdRng::seed_from_u64(7);
    let addresses: Vec<IpAddr> = (0..LOOKUPS)
        .map(|n| match n % 4 {
            0 => Ipv6Addr::from(0x2000_u128 << 112 | random.random::<u128>() >> 3).into(),
            _ => Ipv4Addr::from(random.random::<u32>()).into(),
        })
        .collect();
    let start = Instant::now();
    let known = addresses
        .iter()
        .filter(|address| black_box(places.place(**address)).country.is_some())
        .count();
    println!(
        "{LOOKUPS} lookups: {:?} each; {known} have a country",
        start.elapsed() / LOOKUPS
    );
}

fn fetched() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/geo")
}

/// A line of the process's status, in bytes.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes
        .and_then(|number| number.parse::<u64>().ok())
        .expect("kB")
        << 10
}
