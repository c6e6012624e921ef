//! Configuration on a node with the stock files of a FreeSWITCH, real or simulated.

mod delivery;
mod disk;
mod rollback;
mod support;
mod watching;
