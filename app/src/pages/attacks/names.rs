//! Who runs a network, as far as the files on this machine say.

use std::collections::BTreeMap;

use backend::Backend;
use domain::geo::Asn;

/// Names by number.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Names(BTreeMap<i64, String>);

impl Names {
    /// Of these networks.
    pub(in crate::pages) fn of(backend: &Backend, networks: impl Iterator<Item = i64>) -> Self {
        let places = backend.geo().places();
        let name = |asn: i64| {
            let name = places.network_name(Asn(u32::try_from(asn).ok()?))?;
            Some((asn, name.to_owned()))
        };
        Self(networks.filter_map(name).collect())
    }

    /// Of one, where it is known.
    pub(in crate::pages) fn name(&self, asn: Option<i64>) -> Option<String> {
        self.0.get(&asn?).cloned()
    }
}
