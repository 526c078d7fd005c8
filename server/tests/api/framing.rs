//! A request that is hidden behind or within another one is never answered by the portal as a whole, on the socket that it
//! listens on. Every form of it is tried in `guichet_platform::serve`.

use crate::{campaign::same_instant::served, portal::Portal};
use guichet_platform::testing;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Everything that comes back until the portal closes the connection.
async fn say(stream: &mut TcpStream, bytes: &str) -> String {
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    let read = stream.read_to_end(&mut all);
    let _ = tokio::time::timeout(Duration::from_secs(8), read).await.unwrap();
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_hidden_in_another_is_never_answered() {
    let portal = Portal::unpaced(testing::sqlite().await).await;
    let cookie = portal.sign_in("1").await;
    let (address, stop) = served(&portal).await;
    let hidden = format!("GET /overview HTTP/1.1\r\nhost: portal\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n");
    let shows = |answer: &str| answer.contains("<html");
    let control = format!("GET /healthz HTTP/1.1\r\nhost: portal\r\n\r\n{hidden}");
    let answer = say(&mut TcpStream::connect(address).await.unwrap(), &control).await;
    assert!(shows(&answer) && answer.matches("HTTP/1.1 200").count() == 2, "two that are clear: {answer}");

    let length = format!("content-length: {}\r\n", hidden.len());
    let mut tried = 0;
    for path in ["/healthz", "/", "/sign-in", "/overview", "/nowhere", "/hooks/carrier"] {
        for (method, fields, between) in [
            ("POST", "content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"),
            ("POST", "transfer-encoding: chunked\r\ncontent-length: 5\r\n", "0\r\n\r\n"),
            ("POST", "content-length: 0\r\ncontent-length: 0\r\n", ""),
            ("POST", "transfer-encoding: xchunked\r\n", "0\r\n\r\n"),
            ("POST", "transfer-encoding: chunked\r\n", "0\n\n"),
            ("GET", "x: y\n", ""),
            ("GET", "content-length : 0\r\n", ""),
        ] {
            let bytes = format!("{method} {path} HTTP/1.1\r\nhost: portal\r\n{fields}\r\n{between}{hidden}");
            let answer = say(&mut TcpStream::connect(address).await.unwrap(), &bytes).await;
            let answers = answer.matches("HTTP/1.1 ").count();
            assert!(answers <= 1 && !answer.starts_with("HTTP/1.1 2"), "{path} {fields:?}: {answer}");
            tried += 1;
        }
        // A body that nobody reads is one all the same.
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            let bytes =
                format!("{method} {path} HTTP/1.1\r\nhost: portal\r\nconnection: close\r\n{length}\r\n{hidden}");
            let answer = say(&mut TcpStream::connect(address).await.unwrap(), &bytes).await;
            assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{method} {path}: {answer}");
            let kept = bytes.replacen("connection: close\r\n", "", 1)
                + "GET /healthz HTTP/1.1\r\nhost: portal\r\nconnection: close\r\n\r\n";
            let answer = say(&mut TcpStream::connect(address).await.unwrap(), &kept).await;
            assert!(!answer.split("HTTP/1.1 ").skip(2).any(shows), "{method} {path}: {answer}");
            tried += 2;
        }
    }
    assert_eq!(tried, 6 * 15);
    stop.cancel();
}
