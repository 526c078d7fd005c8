//! The server loop.

/// The address of whoever sent a request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub std::net::SocketAddr);
