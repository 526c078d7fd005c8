//! A scanner that speaks clamd's protocol by the book, or badly on purpose. What it finds is the test file of EICAR.

use crate::scanner::ScannerAddress;
use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, UnixListener},
};

/// What every scanner finds, and what does nothing.
pub const EICAR: &str = concat!(r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-", "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// By the book.
    Good,
    /// It takes a mebibyte and no more.
    Full,
    /// It listens, and never says anything.
    Hangs,
    /// It lets in, and does not listen.
    Deaf,
    /// It listens, and hangs up without a word.
    HangsUp,
    /// It hangs up before anything is said.
    HangsUpAtOnce,
    /// It listens, and says this.
    Says(&'static str),
}

/// A running scanner. It ends with the test.
#[derive(Debug)]
pub struct Clamd {
    address: ScannerAddress,
    scanned: Arc<Mutex<Vec<usize>>>,
}

impl Clamd {
    /// Starts one at a port.
    ///
    /// # Panics
    /// When there is none.
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, scanned) = (ScannerAddress::Tcp(listener.local_addr().unwrap()), Arc::default());
        let list = Arc::clone(&scanned);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manner, Arc::clone(&list)));
            }
        });
        Self { address, scanned }
    }

    /// Starts one at a socket of the file system.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    pub fn start_at(manner: Manner, path: &Path) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let scanned = Arc::default();
        let list = Arc::clone(&scanned);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manner, Arc::clone(&list)));
            }
        });
        Self { address: ScannerAddress::Unix(path.to_owned()), scanned }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> ScannerAddress {
        self.address.clone()
    }

    /// The sizes of the files that it has looked through.
    #[must_use]
    pub fn scanned(&self) -> Vec<usize> {
        lock(&self.scanned).clone()
    }
}

fn lock(list: &Mutex<Vec<usize>>) -> MutexGuard<'_, Vec<usize>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, manner: Manner, scanned: Arc<Mutex<Vec<usize>>>) {
    match manner {
        Manner::HangsUpAtOnce => return,
        Manner::Deaf => return std::future::pending().await,
        _ => {}
    }
    let bound = if manner == Manner::Full { 1 << 20 } else { 25 << 20 };
    let words = match listen(&mut stream, bound).await {
        Ok(bytes) => {
            lock(&scanned).push(bytes.len());
            let found = bytes.windows(EICAR.len()).any(|part| part == EICAR.as_bytes());
            if found { "stream: Win.Test.EICAR_HDB-1 FOUND\0" } else { "stream: OK\0" }
        }
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => "INSTREAM size limit exceeded. ERROR\0",
        // Nobody is there any more, or they do not speak the protocol.
        Err(_) => "UNKNOWN COMMAND\0",
    };
    let words = match manner {
        Manner::Hangs => return std::future::pending().await,
        Manner::HangsUp => return,
        Manner::Says(words) => words,
        _ => words,
    };
    let _ = stream.write_all(words.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// A file in pieces, each behind its length, up to one of nought bytes.
async fn listen(stream: &mut (impl AsyncRead + Unpin), bound: usize) -> io::Result<Vec<u8>> {
    let mut command = [0; 10];
    stream.read_exact(&mut command).await?;
    if command != *b"zINSTREAM\0" {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut all = Vec::new();
    loop {
        let length = usize::try_from(stream.read_u32().await?).map_err(io::Error::other)?;
        if length == 0 {
            return Ok(all);
        }
        if all.len() + length > bound {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let begun = all.len();
        all.resize(begun + length, 0);
        stream.read_exact(&mut all[begun..]).await?;
    }
}
