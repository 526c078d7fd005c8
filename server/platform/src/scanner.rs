//! Has files looked through by clamd, the server of ClamAV, in its own words (`INSTREAM`): a length of four bytes before each
//! piece, nought at the end, and one line back. A file of which the scanner does not say that it is clean is not clean.

use std::{fmt, io, net::SocketAddr, path::PathBuf, str::FromStr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpStream, UnixStream},
    sync::Semaphore,
};

/// Files that are looked through at once; clamd has ten threads, unless it is told otherwise.
const TURNS: usize = 4;
/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// Bytes of the longest answer. The name of what was found is the longest part of it.
const ANSWER: u64 = 1_024;

/// Where clamd listens. It speaks in the clear, so it is this very machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScannerAddress {
    /// A socket in the file system.
    Unix(PathBuf),
    /// A port.
    Tcp(SocketAddr),
}

/// A text that is no place where a scanner could be.
#[derive(Debug, thiserror::Error)]
#[error("no socket and no port of this machine")]
pub struct NoScannerAddress;

impl FromStr for ScannerAddress {
    type Err = NoScannerAddress;

    fn from_str(text: &str) -> Result<Self, NoScannerAddress> {
        if let Some(path) = text.strip_prefix("unix:") {
            let good = path.starts_with('/') && !path.contains(['\0', '\n']);
            return if good { Ok(Self::Unix(path.into())) } else { Err(NoScannerAddress) };
        }
        let address: SocketAddr = text.replacen("localhost:", "127.0.0.1:", 1).parse().map_err(|_| NoScannerAddress)?;
        if address.ip().is_loopback() && address.port() != 0 { Ok(Self::Tcp(address)) } else { Err(NoScannerAddress) }
    }
}

impl fmt::Display for ScannerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// What the scanner says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// This was found: a name of the scanner's.
    Infected(String),
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// There is no connection, or it broke.
    #[error("the scanner cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
    /// It took too long.
    #[error("the scanner has not answered within {0} seconds")]
    Silent(u64),
    /// It does not take so large a file.
    #[error("the scanner takes no file of this size: see StreamMaxLength in clamd.conf")]
    TooLarge,
    /// It says something else.
    #[error("the scanner answered something that is no verdict")]
    Nonsense,
}

/// A way to clamd.
#[derive(Clone, Debug)]
pub struct Scanner {
    address: ScannerAddress,
    limit: Duration,
    turns: Arc<Semaphore>,
}

impl Scanner {
    /// To the one that listens there; a file may take so long, waiting for its turn included.
    #[must_use]
    pub fn new(address: ScannerAddress, limit: Duration) -> Self {
        Self { address, limit, turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// Has a file looked through, as it is read.
    ///
    /// # Errors
    /// When there is no verdict, for whatever reason.
    pub async fn scan(&self, file: impl AsyncRead + Unpin) -> Result<Verdict, ScanError> {
        let scanning = async {
            let _turn = self.turns.acquire().await;
            match &self.address {
                ScannerAddress::Unix(path) => converse(UnixStream::connect(path).await?, file).await,
                ScannerAddress::Tcp(address) => converse(TcpStream::connect(address).await?, file).await,
            }
        };
        let verdict = tokio::time::timeout(self.limit, scanning).await;
        verdict.unwrap_or(Err(ScanError::Silent(self.limit.as_secs())))
    }
}

async fn converse(
    mut scanner: impl AsyncRead + AsyncWrite + Unpin,
    file: impl AsyncRead + Unpin,
) -> Result<Verdict, ScanError> {
    // A scanner that has had enough says why and hangs up, while there is still something to say to it.
    let told = tell(&mut scanner, file).await;
    let mut answer = Vec::new();
    let heard = (&mut scanner).take(ANSWER).read_to_end(&mut answer).await;
    if answer.starts_with(b"INSTREAM size limit exceeded") {
        return Err(ScanError::TooLarge);
    }
    told?;
    heard?;
    verdict(&answer).ok_or(ScanError::Nonsense)
}

/// Tells the scanner a file.
async fn tell(scanner: &mut (impl AsyncWrite + Unpin), mut file: impl AsyncRead + Unpin) -> io::Result<()> {
    scanner.write_all(b"zINSTREAM\0").await?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).await?;
        // A piece of nought bytes is the end.
        scanner.write_all(&u32::try_from(read).map_err(io::Error::other)?.to_be_bytes()).await?;
        if read == 0 {
            return scanner.flush().await;
        }
        scanner.write_all(piece.get(..read).unwrap_or_default()).await?;
    }
}

/// What an answer says, which ends with a nought as the question did.
fn verdict(answer: &[u8]) -> Option<Verdict> {
    let text = std::str::from_utf8(answer.strip_suffix(b"\0")?).ok()?;
    let result = text.strip_prefix("stream: ")?;
    if result == "OK" {
        return Some(Verdict::Clean);
    }
    let name = result.strip_suffix(" FOUND").filter(|name| !name.is_empty())?;
    Some(Verdict::Infected(name.chars().filter(char::is_ascii_graphic).take(100).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        self,
        clamd::{Clamd, EICAR, Manner},
    };

    async fn scanned(manner: Manner, bytes: &[u8]) -> Result<Verdict, ScanError> {
        let clamd = Clamd::start(manner).await;
        Scanner::new(clamd.address(), Duration::from_secs(1)).scan(bytes).await
    }

    #[tokio::test]
    async fn a_clean_file_and_an_infected_one_are_told_apart() {
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 << 20] {
            let mut bytes = vec![b'a'; size];
            let clamd = Clamd::start(Manner::Good).await;
            let scanner = Scanner::new(clamd.address(), Duration::from_secs(5));
            assert_eq!(scanner.scan(bytes.as_slice()).await.unwrap(), Verdict::Clean, "{size}");
            bytes.extend(EICAR.bytes());
            let found = Verdict::Infected("Win.Test.EICAR_HDB-1".to_owned());
            assert_eq!(scanner.scan(bytes.as_slice()).await.unwrap(), found, "{size}");
            assert_eq!(clamd.scanned(), [size, size + EICAR.len()]);
        }
    }

    #[tokio::test]
    async fn a_socket_in_the_file_system_serves_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let clamd = Clamd::start_at(Manner::Good, &folder.path().join("clamd.ctl"));
        let scanner = Scanner::new(clamd.address(), Duration::from_secs(5));
        assert_eq!(scanner.scan(b"hello".as_slice()).await.unwrap(), Verdict::Clean);
        assert_eq!(clamd.scanned(), [5]);
    }

    #[tokio::test]
    async fn without_a_verdict_nothing_is_clean() {
        let large = vec![b'a'; 8 << 20];
        for bytes in [b"hello".as_slice(), &large] {
            assert!(matches!(scanned(Manner::Full, &large).await, Err(ScanError::TooLarge)));
            assert!(matches!(scanned(Manner::Hangs, bytes).await, Err(ScanError::Silent(1))));
            assert!(matches!(scanned(Manner::Deaf, bytes).await, Err(ScanError::Silent(1) | ScanError::Nonsense)));
            for manner in [Manner::HangsUp, Manner::HangsUpAtOnce] {
                let outcome = scanned(manner, bytes).await;
                assert!(
                    matches!(outcome, Err(ScanError::Nonsense | ScanError::Unreachable(_))),
                    "{manner:?} {outcome:?}"
                );
            }
            for words in [
                "",
                "\0",
                "stream: OK",
                "stream: OK\n",
                "stream: OK\0\0",
                "stream: OK OK\0",
                "OK\0",
                "stream:OK\0",
                "stream: ok\0",
                "stream:  FOUND\0",
                "stream: Win.Test FOUND",
                "stream: Win.Test FOUND now\0",
                "PONG\0",
                "UNKNOWN COMMAND\0",
                "stream: Can't allocate memory ERROR\0",
                "other: OK\0",
                " stream: OK\0",
                "\u{e9}stream: OK\0",
            ] {
                let outcome = scanned(Manner::Says(words), b"hello").await;
                assert!(matches!(outcome, Err(ScanError::Nonsense)), "{words:?}: {outcome:?}");
            }
        }
        let nobody = "127.0.0.1:1".parse().unwrap();
        let outcome = Scanner::new(nobody, Duration::from_secs(1)).scan(b"hello".as_slice()).await;
        assert!(matches!(outcome, Err(ScanError::Unreachable(_))), "{outcome:?}");
        let nowhere = "unix:/nowhere/clamd.ctl".parse().unwrap();
        assert!(Scanner::new(nowhere, Duration::from_secs(1)).scan(b"hello".as_slice()).await.is_err());
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_not_read_for_ever() {
        let words: &'static str = "stream: ".to_owned().leak();
        let long: &'static str = words.repeat(100_000).leak();
        assert!(matches!(scanned(Manner::Says(long), b"hello").await, Err(ScanError::Nonsense)));
    }

    #[tokio::test]
    async fn who_waits_for_a_turn_waits_no_longer_than_the_limit() {
        let clamd = Clamd::start(Manner::Hangs).await;
        let scanner = Scanner::new(clamd.address(), Duration::from_millis(300));
        let begun = tokio::time::Instant::now();
        let all = futures::future::join_all((0..20).map(|_| scanner.scan(b"hello".as_slice()))).await;
        assert!(all.iter().all(Result::is_err) && begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }

    /// A process that ends with the test.
    struct Running(std::process::Child);

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[tokio::test]
    async fn clamd_itself_is_understood() {
        let program = std::path::Path::new("/usr/sbin/clamd");
        if !program.exists() {
            testing::left_out("clamd", "clamav-daemon");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let (path, here) = (folder.path(), folder.path().display());
        // One signature is enough, and nothing is loaded from anywhere.
        let digits: String = EICAR.bytes().map(|byte| format!("{byte:02x}")).collect();
        std::fs::create_dir(path.join("db")).unwrap();
        std::fs::write(path.join("db/own.ndb"), format!("Eicar:0:*:{digits}\n")).unwrap();
        let settings = format!(
            "Foreground yes\nDatabaseDirectory {here}/db\nLocalSocket {here}/clamd.ctl\nTemporaryDirectory {here}\n\
             StreamMaxLength 1M\n"
        );
        std::fs::write(path.join("clamd.conf"), settings).unwrap();
        let mut command = std::process::Command::new(program);
        command.arg("-c").arg(path.join("clamd.conf")).stdout(std::process::Stdio::null());
        let _running = Running(command.spawn().unwrap());
        for _ in 0..200 {
            if UnixStream::connect(path.join("clamd.ctl")).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let address = format!("unix:{here}/clamd.ctl").parse().unwrap();
        let scanner = Scanner::new(address, Duration::from_secs(20));
        for size in [0, 5, PIECE, 300_000] {
            let mut bytes = vec![b'a'; size];
            assert_eq!(scanner.scan(bytes.as_slice()).await.unwrap(), Verdict::Clean, "{size}");
            bytes.extend(EICAR.bytes());
            let found = Verdict::Infected("Eicar.UNOFFICIAL".to_owned());
            assert_eq!(scanner.scan(bytes.as_slice()).await.unwrap(), found, "{size}");
        }
        let large = vec![b'a'; 8 << 20];
        assert!(matches!(scanner.scan(large.as_slice()).await, Err(ScanError::TooLarge)));
    }

    #[test]
    fn a_scanner_is_on_this_machine() {
        for good in ["unix:/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310"] {
            assert_eq!(good.parse::<ScannerAddress>().unwrap().to_string(), good);
        }
        assert_eq!("localhost:3310".parse::<ScannerAddress>().unwrap().to_string(), "127.0.0.1:3310");
        for bad in [
            "",
            "unix:",
            "unix:clamd.ctl",
            "/run/clamd.ctl",
            "10.0.0.7:3310",
            "clamd.example:3310",
            "127.0.0.1",
            "127.0.0.1:0",
            "0.0.0.0:3310",
        ] {
            assert!(bad.parse::<ScannerAddress>().is_err(), "{bad}");
        }
    }
}
