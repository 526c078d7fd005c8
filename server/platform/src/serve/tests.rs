//! Good clients and bad ones, over real sockets. Deadlines are short, so that the bad ones do not hold up the tests either.

mod smuggling;

use super::*;
use axum::{
    Extension,
    body::Body,
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Notify,
    task::JoinHandle,
};

struct Portal {
    address: SocketAddr,
    shutdown: CancellationToken,
    /// Lets `/slow` answer.
    go: Arc<Notify>,
    /// `/slow` has been reached.
    reached: Arc<Notify>,
    gauge: Gauge,
    serving: JoinHandle<Result<(), ServeError>>,
}

async fn portal(options: ServeOptions) -> Portal {
    let (go, reached) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (wait, arrive) = (go.clone(), reached.clone());
    let slow = move || async move {
        arrive.notify_one();
        wait.notified().await;
        "slow"
    };
    let flood = || async {
        let chunk = || Ok::<_, std::convert::Infallible>(vec![0_u8; 65_536]);
        Body::from_stream(futures::stream::repeat_with(chunk))
    };
    let app = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/peer", get(|Extension(peer): Extension<Peer>| async move { peer.0.ip().to_string() }))
        .route("/echo", post(|body: String| async move { body }))
        .route("/flood", get(flood))
        .route("/slow", get(slow));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (shutdown, gauge) = (CancellationToken::new(), options.open_connections.clone());
    let serving = tokio::spawn(serve(listener, app, options, shutdown.clone()));
    Portal { address, shutdown, go, reached, gauge, serving }
}

impl Portal {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A request on a connection of its own, and everything that comes back.
    async fn ask(&self, head: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(format!("{head}\r\nhost: portal\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        rest(&mut stream).await
    }
}

/// What comes until the connection ends, one way or another; nothing may take longer than ten seconds.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = stream.read_to_end(&mut all);
    let _ = tokio::time::timeout(Duration::from_secs(10), read).await.expect("the connection ends");
    String::from_utf8_lossy(&all).into_owned()
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn quick() -> ServeOptions {
    ServeOptions {
        header_timeout: millis(400),
        idle_timeout: millis(1_500),
        stall_timeout: millis(600),
        drain: millis(3_000),
        ..ServeOptions::default()
    }
}

#[tokio::test]
async fn a_client_that_sends_one_byte_at_a_time_is_cut_and_a_good_one_is_answered_meanwhile() {
    let portal = portal(quick()).await;
    for head in
        ["GET / HTTP/1.1\r\nhost: portal\r\nx-slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "PRI * HTTP/2.0\r\n", ""]
    {
        let (mut reader, mut writer) = portal.connect().await.into_split();
        let begun = Instant::now();
        let drip = tokio::spawn(async move {
            for byte in head.bytes() {
                if writer.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(millis(50)).await;
            }
            std::future::pending::<()>().await;
        });
        assert!(portal.ask("GET / HTTP/1.1").await.ends_with("hello"));
        let mut all = Vec::new();
        let _ =
            tokio::time::timeout(Duration::from_secs(5), reader.read_to_end(&mut all)).await.expect("the drip is cut");
        assert!(begun.elapsed() >= millis(350) && begun.elapsed() < millis(1_400), "{head:?} {:?}", begun.elapsed());
        drip.abort();
    }
}

#[tokio::test]
async fn an_idle_connection_is_kept_for_longer_than_a_head_may_take_and_then_closed() {
    let portal = portal(quick()).await;
    let mut stream = portal.connect().await;
    for _ in 0..2 {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: portal\r\n\r\n").await.unwrap();
        let mut buffer = [0; 1_024];
        assert!(stream.read(&mut buffer).await.unwrap() > 0, "kept alive");
        tokio::time::sleep(millis(800)).await;
    }
    // The second head drips.
    stream.write_all(b"GET / H").await.unwrap();
    let begun = Instant::now();
    assert_eq!(rest(&mut stream).await, "");
    assert!(begun.elapsed() < millis(1_200), "{:?}", begun.elapsed());

    let mut idle = portal.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: portal\r\n\r\n").await.unwrap();
    assert!(rest(&mut idle).await.ends_with("hello"), "closed by itself");
}

#[tokio::test]
async fn a_body_that_drips_and_a_reader_that_does_not_read_are_cut() {
    let portal = portal(quick()).await;
    let mut drip = portal.connect().await;
    drip.write_all(b"POST /echo HTTP/1.1\r\nhost: portal\r\ncontent-length: 100\r\n\r\nabc").await.unwrap();
    assert!(rest(&mut drip).await.starts_with("HTTP/1.1 4"));

    let mut deaf = portal.connect().await;
    deaf.write_all(b"GET /flood HTTP/1.1\r\nhost: portal\r\n\r\n").await.unwrap();
    portal.reached_zero_connections().await;
}

impl Portal {
    async fn reached_zero_connections(&self) {
        for _ in 0..100 {
            if self.gauge.get() == 0 {
                return;
            }
            tokio::time::sleep(millis(50)).await;
        }
        panic!("{} connections stay open", self.gauge.get());
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let portal = portal(quick()).await;
    let bomb = format!("GET / HTTP/1.1\r\nx-bomb: {}", "a".repeat(17_000));
    assert!(portal.ask(&bomb).await.starts_with("HTTP/1.1 431"));
    let large = format!("GET / HTTP/1.1\r\nx-large: {}", "a".repeat(12_000));
    assert!(portal.ask(&large).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn the_connection_limit_holds_and_places_are_given_back() {
    for (all, each) in [(2, 10), (10, 2)] {
        let portal =
            portal(ServeOptions { max_connections: all, max_connections_per_network: each, ..ServeOptions::default() })
                .await;
        let first = portal.connect().await;
        let second = portal.connect().await;
        while portal.gauge.get() < 2 {
            tokio::time::sleep(millis(10)).await;
        }
        let refused = rest(&mut portal.connect().await).await;
        assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after"), "{refused:?}");
        drop((first, second));
        portal.reached_zero_connections().await;
        assert!(portal.ask("GET / HTTP/1.1").await.ends_with("hello"));
    }
}

#[tokio::test]
async fn a_drain_lets_the_request_under_way_finish_and_takes_nothing_new() {
    let portal = portal(quick()).await;
    let mut idle = portal.connect().await;
    let mut slow = portal.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: portal\r\n\r\n").await.unwrap();
    portal.reached.notified().await;
    portal.shutdown.cancel();
    assert_eq!(rest(&mut idle).await, "", "who has asked for nothing is let go");
    tokio::time::sleep(millis(100)).await;
    assert!(TcpStream::connect(portal.address).await.is_err(), "nobody new");
    assert!(!portal.serving.is_finished());
    portal.go.notify_one();
    let answer = rest(&mut slow).await;
    assert!(answer.ends_with("slow") && answer.contains("connection: close"), "{answer}");
    portal.serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let portal = portal(ServeOptions { drain: millis(200), ..ServeOptions::default() }).await;
    let mut slow = portal.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: portal\r\n\r\n").await.unwrap();
    portal.reached.notified().await;
    let begun = Instant::now();
    portal.shutdown.cancel();
    portal.serving.await.unwrap().unwrap();
    assert!(begun.elapsed() >= millis(200) && begun.elapsed() < millis(2_000));
    assert_eq!(rest(&mut slow).await, "");
}

#[tokio::test]
async fn a_claim_about_the_client_counts_only_from_a_trusted_proxy() {
    let claim = "GET /peer HTTP/1.1\r\nx-forwarded-for: 192.0.2.7";
    let strange = portal(ServeOptions::default()).await;
    assert!(strange.ask(claim).await.ends_with("127.0.0.1"));
    let trusting =
        portal(ServeOptions { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..ServeOptions::default() }).await;
    assert!(trusting.ask(claim).await.ends_with("192.0.2.7"));
}

#[tokio::test]
async fn http_2_is_spoken_to_who_begins_with_it() {
    let portal = portal(ServeOptions::default()).await;
    let mut stream = portal.connect().await;
    // The preface and empty settings; the answer begins with settings of its own: a frame of type 4 on stream 0.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!((frame[3], &frame[5..]), (4, &[0, 0, 0, 0][..]));
    portal.shutdown.cancel();
    portal.serving.await.unwrap().unwrap();
}
