//! What the connections of one simulated switch share, and its door.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;

use runtime::Clock;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::event::{Event, LogLine, Stamped};
use crate::misbehaviour::Misbehaviour;
use crate::switch::{Identity, Modules, RESTART, Switch};
use crate::wire::connection::{self, Outgoing, QUEUE, Queue};
use crate::wire::subscription::Subscription;
use crate::{api, lock};

/// More lost events than this, and the client is cut off.
const MOST_LOST: usize = 500;

/// How a switch starts.
pub struct Setup {
    pub folder: PathBuf,
    pub identity: Identity,
    pub clock: Clock,
    pub modules: Modules,
    /// Instead of the one in the configuration.
    pub password: Option<String>,
    pub heartbeat: Duration,
}

/// One logged-in or waiting client.
pub struct Listener {
    pub subscription: Mutex<Subscription>,
    queue: mpsc::Sender<Outgoing>,
    lost: AtomicUsize,
}

/// A switch with its connections.
pub struct Shared {
    pub setup: Setup,
    /// None while it is down.
    switch: Mutex<Option<Switch>>,
    listeners: Mutex<Vec<Weak<Listener>>>,
    behaviour: watch::Sender<Option<Misbehaviour>>,
    commands: watch::Sender<Vec<String>>,
    pub door: Door,
    pub peer: Mutex<Option<IpAddr>>,
    pub accepted: AtomicUsize,
    pub stop: CancellationToken,
}

impl Shared {
    pub fn new(setup: Setup, switch: Switch, door: Door) -> Self {
        Self {
            setup,
            switch: Mutex::new(Some(switch)),
            listeners: Mutex::default(),
            behaviour: watch::Sender::new(None),
            commands: watch::Sender::default(),
            door,
            peer: Mutex::default(),
            accepted: AtomicUsize::new(0),
            stop: CancellationToken::new(),
        }
    }

    /// Does something with the switch, if it is up, and sends the events of it.
    pub fn with<T>(&self, act: impl FnOnce(&mut Switch) -> T) -> Option<T> {
        let mut switch = lock(&self.switch);
        let switch = switch.as_mut()?;
        let result = act(switch);
        // Under the lock, so that events go out in the order of their numbers.
        for event in switch.take_fired() {
            self.send(event);
        }
        Some(result)
    }

    /// Runs an `api` command.
    pub fn execute(self: &Shared, command: &str, argument: Option<&str>) -> String {
        let answer = self.with(|switch| api::execute(switch, command, argument));
        answer.unwrap_or_default()
    }

    /// Sends an event.
    pub fn fire(&self, event: Event) {
        self.with(|switch| switch.fire(event));
    }

    fn send(&self, event: Stamped) {
        let event = Arc::new(event);
        for listener in self.listeners() {
            if lock(&listener.subscription).wants(&event) {
                self.queue(&listener, Outgoing::Event(event.clone()));
            }
        }
    }

    /// Sends a log line to those who want its level.
    pub fn log(&self, line: LogLine) {
        let line = Arc::new(line);
        for listener in self.listeners() {
            if lock(&listener.subscription)
                .log
                .is_some_and(|level| line.level <= level)
            {
                self.queue(&listener, Outgoing::Log(line.clone()));
            }
        }
    }

    fn queue(&self, listener: &Arc<Listener>, outgoing: Outgoing) {
        let lost = match listener.queue.try_send(outgoing) {
            Ok(()) => listener.lost.swap(0, Ordering::Relaxed).min(MOST_LOST),
            Err(_) => listener.lost.fetch_add(1, Ordering::Relaxed),
        };
        if lost > MOST_LOST {
            let mut listeners = lock(&self.listeners);
            listeners.retain(|known| !std::ptr::eq(known.as_ptr(), Arc::as_ptr(listener)));
        }
    }

    fn listeners(&self) -> Vec<Arc<Listener>> {
        let mut listeners = lock(&self.listeners);
        listeners.retain(|listener| listener.strong_count() > 0);
        listeners.iter().filter_map(Weak::upgrade).collect()
    }

    /// A new client that can be sent to.
    pub fn listen(&self) -> (Arc<Listener>, Queue) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let listener = Arc::new(Listener {
            subscription: Mutex::default(),
            queue: sender,
            lost: AtomicUsize::new(0),
        });
        lock(&self.listeners).push(Arc::downgrade(&listener));
        (listener, receiver)
    }

    /// How many clients there are.
    pub fn connections(&self) -> usize {
        self.listeners().len()
    }

    /// Do all access lists of the socket allow that address? None while the switch is down.
    pub fn admits(&self, peer: IpAddr) -> Option<bool> {
        let peer = lock(&self.peer).unwrap_or(peer).to_string();
        self.with(|switch| {
            let mut lists = switch.access.iter();
            lists.all(|list| switch.lists.allows(&peer, list))
        })
    }

    /// The password that is right now.
    pub fn password(&self) -> Option<String> {
        let own = self.with(|switch| switch.password.clone());
        own.map(|own| self.setup.password.clone().unwrap_or(own))
    }

    /// Notes a command, without passwords.
    pub fn note(&self, command: &str) {
        let verb = command.split(' ').next().unwrap_or_default();
        let noted = if verb.eq_ignore_ascii_case("auth") || verb.eq_ignore_ascii_case("userauth") {
            verb
        } else {
            command
        };
        self.commands
            .send_modify(|commands| commands.push(noted.to_owned()));
    }

    pub fn commands(&self) -> Vec<String> {
        self.commands.borrow().clone()
    }

    /// Waits for commands.
    pub async fn commanded(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let mut commands = self.commands.subscribe();
        let found = commands.wait_for(|commands| wanted(commands)).await;
        found.map(|commands| commands.clone()).unwrap_or_default()
    }

    pub fn behaviour(&self) -> Option<Misbehaviour> {
        *self.behaviour.borrow()
    }

    pub fn set_behaviour(&self, behaviour: Option<Misbehaviour>) {
        self.behaviour.send_replace(behaviour);
    }

    /// Waits as long as it hangs.
    pub async fn while_silent(&self) {
        let mut behaviour = self.behaviour.subscribe();
        // The sender is ours, so it cannot be gone.
        let _ = behaviour
            .wait_for(|now| *now != Some(Misbehaviour::Silent))
            .await;
    }

    /// Says goodbye to everybody and forgets the switch.
    pub async fn go_down(&self) {
        self.fire(
            Event::new("SHUTDOWN")
                .source("switch_core.c", "switch_core_destroy", 3033)
                .header("Event-Info", "System Shutting Down"),
        );
        lock(&self.switch).take();
        for listener in self.listeners() {
            // A client that reads nothing loses the farewell, as it would in reality.
            let _ = listener.queue.try_send(Outgoing::Shutdown);
            listener.queue.closed_within(Duration::from_secs(1)).await;
        }
        lock(&self.listeners).clear();
    }

    /// A fresh switch after [`Self::go_down`].
    pub fn come_up(&self, switch: Switch) {
        *lock(&self.switch) = Some(switch);
    }
}

trait ClosedWithin {
    async fn closed_within(&self, limit: Duration);
}

impl ClosedWithin for mpsc::Sender<Outgoing> {
    async fn closed_within(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.closed()).await;
    }
}

/// Serves until told to stop: connections, heartbeats, profiles that come back.
pub async fn run(shared: Arc<Shared>) {
    let mut heartbeat = tokio::time::interval(shared.setup.heartbeat);
    heartbeat.tick().await;
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            (stream, peer) = shared.door.next() => {
                shared.accepted.fetch_add(1, Ordering::Relaxed);
                let connection = connection::serve(stream, peer.ip(), shared.clone());
                let stop = shared.stop.clone();
                tokio::spawn(async move { stop.run_until_cancelled(connection).await });
            }
            _ = heartbeat.tick() => {
                shared.with(|switch| {
                    let event = switch.heartbeat();
                    switch.fire(event);
                });
            }
        }
    }
}

impl Shared {
    /// Lets the profiles that went down for a restart come back in their time.
    pub fn bring_back(self: &Arc<Self>) {
        let names = self.with(|switch| std::mem::take(&mut switch.to_start));
        for name in names.unwrap_or_default() {
            let shared = self.clone();
            let stop = self.stop.clone();
            tokio::spawn(stop.run_until_cancelled_owned(async move {
                tokio::time::sleep(RESTART).await;
                shared.with(|switch| switch.start_profile(&name));
            }));
        }
    }
}

/// A listening socket that can be shut and opened again at the same address.
pub struct Door {
    address: SocketAddr,
    listener: Mutex<Option<TcpListener>>,
    waker: Mutex<Option<Waker>>,
}

impl Door {
    pub fn new(listener: TcpListener) -> std::io::Result<Self> {
        Ok(Self {
            address: listener.local_addr()?,
            listener: Mutex::new(Some(listener)),
            waker: Mutex::default(),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on nobody listens there.
    pub fn shut(&self) {
        lock(&self.listener).take();
    }

    /// Listens again, if it does not.
    pub fn open(&self) -> std::io::Result<()> {
        let mut listener = lock(&self.listener);
        if listener.is_none() {
            let fresh = std::net::TcpListener::bind(self.address)?;
            fresh.set_nonblocking(true)?;
            *listener = Some(TcpListener::from_std(fresh)?);
        }
        drop(listener);
        if let Some(waker) = lock(&self.waker).take() {
            waker.wake();
        }
        Ok(())
    }

    /// The same, for those who cannot be told: their next connection is refused.
    pub fn open_or_say(&self) {
        if let Err(error) = self.open() {
            tracing::warn!("cannot listen at {} again: {error}", self.address);
        }
    }

    async fn next(&self) -> (TcpStream, SocketAddr) {
        poll_fn(|context| {
            *lock(&self.waker) = Some(context.waker().clone());
            let listener = lock(&self.listener);
            let Some(listener) = listener.as_ref() else {
                return Poll::Pending;
            };
            match listener.poll_accept(context) {
                Poll::Ready(Ok(accepted)) => Poll::Ready(accepted),
                // Out of file descriptors, or a client that is gone already: the next one.
                Poll::Ready(Err(_)) => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}
