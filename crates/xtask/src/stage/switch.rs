//! The FreeSWITCH of a node: simulated, with a configuration folder of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use esl_sim::Sim;
use serde::{Deserialize, Serialize};

/// A running switch.
pub struct Switch {
    sim: Sim,
    password: String,
}

/// What must stay over restarts, since the console keeps it, too.
#[derive(Serialize, Deserialize)]
struct Socket {
    port: u16,
    password: String,
}

const EVENT_SOCKET: &str = "autoload_configs/event_socket.conf.xml";
const STOCK_PORT: u16 = 8021;
/// The password of the stock configuration, which the console refuses.
const STOCK_PASSWORD: &str = "value=\"ClueCon\"";

impl Switch {
    /// Starts it with the configuration in `folder`, which is written at the first start.
    pub async fn start(folder: &Path, name: &str) -> Result<Self> {
        let notes = folder.with_extension("json");
        let known = std::fs::read(&notes).ok();
        let known: Option<Socket> = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut socket = match known {
            Some(known) => known,
            None => configure(folder)?,
        };
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, socket.port));
        let listener = match tokio::net::TcpListener::bind(wanted).await {
            Ok(listener) => listener,
            // Taken by somebody else meanwhile.
            Err(_) => tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
        };
        let port = listener.local_addr()?.port();
        tell_port(folder, socket.port, port)?;
        socket.port = port;
        std::fs::write(&notes, serde_json::to_vec(&socket)?)?;
        let sim = Sim::builder(folder)
            .hostname(name)
            .module("mod_cti", true)
            .start(listener)
            .with_context(|| format!("the FreeSWITCH of {name}"))?;
        Ok(Self {
            sim,
            password: socket.password,
        })
    }

    /// Where its Event Socket listens.
    pub fn address(&self) -> SocketAddr {
        self.sim.address()
    }

    /// Its Event Socket's password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Its configuration folder.
    pub fn folder(&self) -> PathBuf {
        self.sim.folder().to_owned()
    }

    /// Stops it in good order.
    pub async fn stop(&self) {
        self.sim.shutdown().await;
    }
}

/// Writes the port that was free into the file that the worker reads at enrolment.
fn tell_port(folder: &Path, before: u16, port: u16) -> Result<()> {
    let before = if before == 0 { STOCK_PORT } else { before };
    let line = |port: u16| format!("name=\"listen-port\" value=\"{port}\"");
    let file = folder.join(EVENT_SOCKET);
    let text = std::fs::read_to_string(&file)?;
    std::fs::write(&file, text.replace(&line(before), &line(port)))?;
    Ok(())
}

/// The stock configuration with a password of its own.
fn configure(folder: &Path) -> Result<Socket> {
    esl_sim::vanilla(folder).with_context(|| format!("{} cannot be written", folder.display()))?;
    let password: String = (0..24)
        .map(|_| {
            char::from(rand::Rng::sample(
                &mut rand::rng(),
                rand::distr::Alphanumeric,
            ))
        })
        .collect();
    let file = folder.join(EVENT_SOCKET);
    let stock = std::fs::read_to_string(&file)?;
    let own = stock.replace(STOCK_PASSWORD, &format!("value=\"{password}\""));
    std::fs::write(&file, own)?;
    Ok(Socket { port: 0, password })
}
