//! HTTP/1.1 by hand, as little of it as is needed: thousands of streams in one small process, and the moment at which each
//! byte came.

use crate::Portal;
use anyhow::{Context as _, bail};
use guichet_platform::{
    clock::{Clock as _, SystemClock},
    webhook,
};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Reads the head of an answer; what came behind it stays in `raw`.
async fn head(socket: &mut TcpStream, raw: &mut Vec<u8>) -> anyhow::Result<String> {
    loop {
        if let Some(end) = find(raw, b"\r\n\r\n") {
            let head = raw.drain(..end + 4).collect::<Vec<u8>>();
            return Ok(String::from_utf8_lossy(&head).to_lowercase());
        }
        if socket.read_buf(raw).await? == 0 {
            bail!("the connection ended before there was an answer");
        }
    }
}

/// An open live stream.
#[derive(Debug)]
pub struct Events {
    socket: TcpStream,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// Bytes that are left of the chunk that is being read.
    left: usize,
}

impl Events {
    /// Opens it.
    ///
    /// # Errors
    /// When the portal does not give one.
    pub async fn open(server: SocketAddr, path: &str, cookie: &str) -> anyhow::Result<Self> {
        let mut socket = TcpStream::connect(server).await.context("the portal does not answer")?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
        socket.write_all(request.as_bytes()).await?;
        let mut raw = Vec::with_capacity(4_096);
        let head = head(&mut socket, &mut raw).await?;
        if !head.starts_with("http/1.1 200") || !head.contains("transfer-encoding: chunked") {
            bail!("no stream: {}", head.lines().next().unwrap_or_default());
        }
        Ok(Self { socket, raw, text: Vec::new(), left: 0 })
    }

    /// The next message; none when the stream is over.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> anyhow::Result<Option<String>> {
        loop {
            self.unwrap_chunks();
            if let Some(end) = find(&self.text, b"\n\n") {
                let rest = self.text.split_off(end + 2);
                let message = std::mem::replace(&mut self.text, rest);
                return Ok(Some(String::from_utf8_lossy(&message).into_owned()));
            }
            if self.socket.read_buf(&mut self.raw).await? == 0 {
                return Ok(None);
            }
        }
    }

    fn unwrap_chunks(&mut self) {
        loop {
            let take = self.left.min(self.raw.len());
            self.text.extend(self.raw.drain(..take));
            self.left -= take;
            if self.left > 0 {
                return;
            }
            // The end of the chunk before, then the size of the next one.
            let skip = if self.raw.starts_with(b"\r\n") { 2 } else { 0 };
            let Some(end) = find(&self.raw[skip..], b"\r\n") else { return };
            let size = String::from_utf8_lossy(&self.raw[skip..skip + end]).into_owned();
            self.raw.drain(..skip + end + 2);
            match usize::from_str_radix(size.trim(), 16) {
                Ok(size) if size > 0 => self.left = size,
                _ => return,
            }
        }
    }
}

/// A connection on which a back office sends webhooks.
#[derive(Debug)]
pub struct Door {
    socket: TcpStream,
    raw: Vec<u8>,
    secret: String,
    source: &'static str,
}

impl Door {
    /// Opens it.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub async fn open(portal: &Portal, source: &'static str) -> anyhow::Result<Self> {
        let socket = TcpStream::connect(portal.server).await.context("the portal does not answer")?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, raw: Vec::new(), secret: portal.secret.clone(), source })
    }

    /// Sends a signed webhook and waits until it is acknowledged.
    ///
    /// # Errors
    /// When the portal does not take it.
    pub async fn send(&mut self, id: &str, body: &str) -> anyhow::Result<()> {
        let seconds = SystemClock.now().millis().div_euclid(1_000);
        let signature = webhook::sign(&self.secret, id, seconds, body.as_bytes())?;
        let request = format!(
            "POST /hooks/{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             webhook-id: {id}\r\nwebhook-timestamp: {seconds}\r\nwebhook-signature: {signature}\r\n\r\n",
            self.source,
            body.len()
        );
        self.socket.write_all(request.as_bytes()).await?;
        self.socket.write_all(body.as_bytes()).await?;
        let head = head(&mut self.socket, &mut self.raw).await?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        while self.raw.len() < length {
            if self.socket.read_buf(&mut self.raw).await? == 0 {
                bail!("the connection ended within an answer");
            }
        }
        self.raw.drain(..length);
        if !head.starts_with("http/1.1 202") {
            bail!("webhook {id} was not taken: {}", head.lines().next().unwrap_or_default());
        }
        Ok(())
    }
}
