//! `callwarden-worker`: command line only.

fn main() {}
