//! A connection that can be cut: a port that passes everything on to another, until it does not.
//!
//! ```no_run
//! # fn show() -> std::io::Result<()> {
//! use armistice_bus::local::LocalLink;
//! let link = LocalLink::to(7422)?;
//! println!("connect to 127.0.0.1:{}", link.port());
//! link.cut();   // what is connected is cut off, and nobody gets through
//! link.mend();
//! # Ok(())
//! # }
//! ```
//!
//! Cutting closes both ends, as a router does that forgets a connection. A line that goes silent without a word is not
//! simulated: stop the process with SIGSTOP for that.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A port of 127.0.0.1 that leads to another, ended when dropped.
#[derive(Debug)]
pub struct LocalLink {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    to: u16,
    is_cut: AtomicBool,
    is_over: AtomicBool,
    /// Both ends of every connection so far; closed ones do no harm.
    ends: Mutex<Vec<TcpStream>>,
}

impl LocalLink {
    /// Opens a free port that leads to the port `to` of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn to(to: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            to,
            is_cut: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            ends: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for from in listener.incoming().flatten() {
                if accepting.is_over.load(Ordering::SeqCst) {
                    break;
                }
                if !accepting.is_cut.load(Ordering::SeqCst) {
                    // The other end may be down: then this one is closed, as if nobody listened here.
                    let _ = accepting.join(from);
                }
            }
        });
        Ok(Self { port, shared })
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Closes every connection and lets no new one through.
    pub fn cut(&self) {
        self.shared.is_cut.store(true, Ordering::SeqCst);
        self.shared.close();
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.shared.is_cut.store(false, Ordering::SeqCst);
    }
}

impl Drop for LocalLink {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.close();
        // Wakes the thread that accepts; it fails only when that has ended.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    fn join(&self, from: TcpStream) -> io::Result<()> {
        let to = TcpStream::connect((Ipv4Addr::LOCALHOST, self.to))?;
        for end in [&from, &to] {
            end.set_nodelay(true)?;
        }
        {
            let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
            ends.push(from.try_clone()?);
            ends.push(to.try_clone()?);
        }
        pass(from.try_clone()?, to.try_clone()?);
        pass(to, from);
        // It may have been cut since it was looked at.
        if self.is_cut.load(Ordering::SeqCst) {
            self.close();
        }
        Ok(())
    }

    fn close(&self) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        for end in ends.drain(..) {
            // It fails when it is closed already.
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

/// Passes bytes on until one side closes, then closes both.
fn pass(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
}
