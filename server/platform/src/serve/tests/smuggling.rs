//! A second request that is hidden in or behind a first one is never answered: not by this server, and not behind nginx as
//! docs/operating.md sets it up.

use super::*;
use crate::testing;
use axum::{extract::Request, http::StatusCode};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

/// What no strict reader takes for a request of its own, where it stands behind something that is refused.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: portal\r\n\r\n";

/// Requests whose end is unclear, or that are none. `§` stands for the hidden one.
const UNCLEAR: [(&str, &str); 48] = [
    (
        "both lengths",
        "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n§",
    ),
    (
        "both, the other way",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n§",
    ),
    (
        "both, none",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n0\r\n\r\n§",
    ),
    (
        "both, of no sense",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\ncontent-length: x\r\n\r\n0\r\n\r\n§",
    ),
    (
        "both, kept alive",
        "POST /a HTTP/1.1\r\nhost: portal\r\nconnection: keep-alive\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n§",
    ),
    ("two lengths", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 0\r\ncontent-length: 38\r\n\r\n§"),
    ("the same length twice", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n§"),
    ("two lengths in one", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 0, 40\r\n\r\n§"),
    ("the same in one", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 0, 0\r\n\r\n§"),
    ("length with a sign", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: +0\r\n\r\n§"),
    ("length below nought", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: -1\r\n\r\n§"),
    ("length in hexadecimal", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 0x0\r\n\r\n§"),
    ("length with a space", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 0 0\r\n\r\n§"),
    ("no length", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length:\r\n\r\n§"),
    ("length beyond all", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 18446744073709551616\r\n\r\n§"),
    ("no such coding", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n§"),
    ("another coding", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: identity\r\n\r\n§"),
    ("chunked and not", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n§"),
    ("not and chunked", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: identity, chunked\r\n\r\n0\r\n\r\n§"),
    ("chunked twice", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n§"),
    (
        "two codings",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n§",
    ),
    ("coding in quotes", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: \"chunked\"\r\n\r\n0\r\n\r\n§"),
    (
        "coding behind a form feed",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n§",
    ),
    ("no coding", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding:\r\n\r\n0\r\n\r\n§"),
    (
        "chunked in HTTP/1.0",
        "POST /a HTTP/1.0\r\nhost: portal\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n§",
    ),
    ("a space before the colon", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n§"),
    ("a tab before the colon", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length\t: 0\r\n\r\n§"),
    ("a space before the name", "POST /a HTTP/1.1\r\n transfer-encoding: chunked\r\nhost: portal\r\n\r\n0\r\n\r\n§"),
    (
        "a line that goes on",
        "POST /a HTTP/1.1\r\nhost: portal\r\nx: y\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n§",
    ),
    (
        "a value on the next line",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n§",
    ),
    ("no colon", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding chunked\r\n\r\n§"),
    ("no name", "POST /a HTTP/1.1\r\nhost: portal\r\n: chunked\r\n\r\n§"),
    ("nought in a name", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer\0-encoding: chunked\r\n\r\n0\r\n\r\n§"),
    ("nought in a value", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\0\r\n\r\n0\r\n\r\n§"),
    ("lines without a return", "GET /a HTTP/1.1\nhost: portal\n\n§"),
    ("one line without a return", "GET /a HTTP/1.1\r\nhost: portal\r\nx: y\ncontent-length: 0\r\n\r\n§"),
    ("an end without a return", "GET /a HTTP/1.1\r\nhost: portal\r\nx: y\n\n§"),
    ("a return alone", "GET /a HTTP/1.1\r\nhost: portal\r\nx: y\rcontent-length: 0\r\n\r\n§"),
    ("a chunk with a sign", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n+0\r\n\r\n§"),
    ("a chunk in C", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n0x0\r\n\r\n§"),
    (
        "a chunk beyond all",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n10000000000000000\r\n\r\n§",
    ),
    ("a chunk of no size", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n\r\n\r\n§"),
    (
        "a chunk that is longer",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n§",
    ),
    (
        "a chunk without an end of line",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n1\r\na0\r\n\r\n§",
    ),
    ("a size without a return", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n0\n\n§"),
    (
        "an extension with a new line",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n2;\nxx\r\n26\r\n0\r\n\r\n§",
    ),
    (
        "an extension with a return",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n0;a\rb\r\n\r\n§",
    ),
    (
        "a trailer without a return",
        "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: y\n\r\n§",
    ),
];

/// Requests that are clear and hold the bytes of the hidden one as a body.
const CLEAR: [(&str, &str); 5] = [
    ("a body of a GET", "GET /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 38\r\n\r\n§"),
    ("a body of a POST", "POST /a HTTP/1.1\r\nhost: portal\r\ncontent-length: 38\r\n\r\n§"),
    ("a chunk", "POST /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding: chunked\r\n\r\n26\r\n§\r\n0\r\n\r\n"),
    (
        "a tab before the coding",
        "GET /a HTTP/1.1\r\nhost: portal\r\ntransfer-encoding:\tchunked\r\n\r\n26\r\n§\r\n0\r\n\r\n",
    ),
    (
        "an extension",
        "POST /a HTTP/1.1\r\nhost: portal\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n26;a=\"b\"\r\n§\r\n0\r\n\r\n",
    ),
];

/// The requests that an application has got: where to, and how many bytes.
type Got = Arc<Mutex<Vec<String>>>;

/// An application that answers everything with what it has got.
fn teller() -> (Router, Got) {
    let got = Got::default();
    let list = got.clone();
    let tell = move |request: Request| async move {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await;
        let told = format!("<{} {}>", head.uri.path(), body.map_or("broken".to_owned(), |body| body.len().to_string()));
        list.lock().unwrap().push(told.clone());
        let status = if told.contains("broken") { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        (status, told)
    };
    (Router::new().fallback(tell), got)
}

async fn serving() -> (SocketAddr, Got) {
    let (app, got) = teller();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // No deadline of these ends a connection within the time of a test.
    tokio::spawn(serve(listener, app, ServeOptions::default(), CancellationToken::new()));
    (address, got)
}

/// Says this on a connection of its own, whole or a byte at a time; what comes back until the other side ends it.
async fn say(address: SocketAddr, bytes: &str, whole: bool) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let pieces = if whole { vec![bytes.as_bytes()] } else { bytes.as_bytes().chunks(1).collect() };
    for piece in pieces {
        // Who is hung up on may well be in the middle of a word.
        if stream.write_all(piece).await.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    rest(&mut stream).await
}

/// What was answered, one after the other.
fn told(answer: &str) -> Vec<String> {
    let marked = answer.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0));
    // Not the tags of nginx's own pages.
    marked.filter(|mark| mark.contains(' ')).map(|mark| format!("<{mark}>")).collect()
}

fn answers(answer: &str) -> usize {
    answer.matches("HTTP/1.1 ").count()
}

#[tokio::test]
async fn what_leaves_unclear_where_it_ends_is_refused_with_all_that_comes_behind() {
    for (name, bytes) in UNCLEAR {
        for whole in [true, false] {
            let (address, got) = serving().await;
            let answer = say(address, &bytes.replace('§', HIDDEN), whole).await;
            assert!(answers(&answer) <= 1 && !answer.starts_with("HTTP/1.1 2"), "{name}, {whole}: {answer}");
            let got = got.lock().unwrap().clone();
            // A head that is clear may be handed on before the body turns out not to be.
            assert!(got.is_empty() || got == ["</a broken>"], "{name}, {whole}: {got:?}");
        }
    }
}

#[tokio::test]
async fn a_request_in_a_body_is_a_body_and_the_next_one_is_read_where_it_ends() {
    for (name, bytes) in CLEAR {
        for whole in [true, false] {
            let (address, got) = serving().await;
            let last = "GET /last HTTP/1.1\r\nhost: portal\r\nconnection: close\r\n\r\n";
            let answer = say(address, &(bytes.replace('§', HIDDEN) + last), whole).await;
            assert_eq!(told(&answer), ["</a 38>", "</last 0>"], "{name}, {whole}: {answer}");
            assert_eq!(*got.lock().unwrap(), ["</a 38>", "</last 0>"], "{name}, {whole}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_as_strict_is_found_by_the_same_bytes() {
    let (app, got) = teller();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut found = Vec::new();
    for (name, bytes) in UNCLEAR {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes.replace('§', HIDDEN).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        if rest(&mut stream).await.contains("/hidden") {
            found.push(name);
        }
    }
    assert!(found.contains(&"lines without a return") && found.contains(&"the same length twice"), "{found:?}");
    assert!(got.lock().unwrap().iter().any(|got| got == "</hidden 0>"));
}

/// An nginx in front of a server. It ends with the test.
struct Nginx {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // By the master's own signal, so that its worker ends with it.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// The configuration of docs/operating.md for these ports, without TLS and HTTP/2: the bytes are told in the clear.
fn recommended(front: SocketAddr, behind: SocketAddr, folder: &Path) -> String {
    let page = include_str!("../../../../../docs/operating.md");
    let block = page.split("```nginx\n").nth(1).unwrap().split("```").next().unwrap();
    // The second server only leads on to the first.
    let first = &block[..block.find("\nserver {\n    listen 80;").unwrap()];
    assert!(first.contains("server 127.0.0.1:8080;") && first.contains("    listen 443 ssl;"), "{first}");
    let left_out = ["listen [::]", "http2 on", "ssl_"];
    let lines = first.lines().filter(|line| !left_out.iter().any(|start| line.trim().starts_with(start)));
    let site = lines.fold(String::new(), |text, line| text + line + "\n");
    let site = site.replace("127.0.0.1:8080", &behind.to_string()).replace("443 ssl", &front.to_string());
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {}/{name};\n", folder.display()))
        .concat();
    let here = folder.display();
    format!(
        "daemon off;\nworker_processes 1;\npid {here}/pid;\nerror_log {here}/error.log;\nevents {{}}\nhttp {{\n    access_log off;\n    \
         keepalive_timeout 400ms;\n    client_header_timeout 400ms;\n    client_body_timeout 400ms;\n{temporary}{site}}}\n"
    )
}

impl Nginx {
    /// In front of `behind`; nothing where there is none.
    async fn before(behind: SocketAddr) -> Option<Self> {
        let paths = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"].map(PathBuf::from);
        let Some(program) = paths.into_iter().find(|path| path.exists()) else {
            testing::left_out("nginx", "nginx-light");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        // Free a moment ago, and nobody else asks for this one.
        let front = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, recommended(front, behind, folder.path())).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).stderr(Stdio::null());
        let nginx = Self { child: command.spawn().unwrap(), address: front, _folder: folder };
        for _ in 0..100 {
            if TcpStream::connect(front).await.is_ok() {
                return Some(nginx);
            }
            tokio::time::sleep(millis(50)).await;
        }
        panic!("nginx does not start");
    }
}

#[tokio::test]
async fn nginx_as_recommended_and_the_portal_agree_on_where_a_request_ends() {
    let (behind, got) = serving().await;
    let Some(nginx) = Nginx::before(behind).await else { return };
    let mut handed_on = 0;
    for (name, bytes) in UNCLEAR.iter().chain(&CLEAR) {
        for whole in [true, false] {
            got.lock().unwrap().clear();
            let answer = say(nginx.address, &bytes.replace('§', HIDDEN), whole).await;
            // Every request that the portal has got is one that nginx knows of and has passed the answer of, in this order.
            let passed = told(&answer);
            let reached = got.lock().unwrap().clone();
            let broken = reached.iter().all(|got| got == "</a broken>");
            assert!(passed == reached || (passed.is_empty() && broken), "{name}, {whole}: {reached:?} {answer}");
            handed_on += reached.len();
            // Whoever comes next, over the same connection to the portal, gets an answer of their own.
            got.lock().unwrap().clear();
            let next = "GET /next HTTP/1.1\r\nhost: portal.bank.example\r\nconnection: close\r\n\r\n";
            assert_eq!(told(&say(nginx.address, next, true).await), ["</next 0>"], "{name}, {whole}");
            assert_eq!(*got.lock().unwrap(), ["</next 0>"], "{name}, {whole}");
        }
    }
    assert!(handed_on >= 2 * CLEAR.len(), "{handed_on}");
}
