//! The same route in the same instant, by everybody, over real connections: half on their own HTTP/1.1 connection that stays
//! open, half together on one HTTP/2 connection. Each answer is the asker's.

use super::crowd::{Member, crowd, words_in};
use crate::portal::{ORIGIN, Portal};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use futures::future::join_all;
use guichet_platform::{
    on_both_databases,
    serve::{ServeOptions, serve},
    testing::{attempts, figures},
};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    body::{Bytes, Incoming},
    client::conn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    sync::{Barrier, Mutex},
};
use tokio_util::sync::CancellationToken;

/// A customer's line to the server.
pub enum Line {
    Own(conn::http1::SendRequest<Empty<Bytes>>),
    Together(Arc<Together>),
}

/// One HTTP/2 connection for many. The client's library ends a connection that carries very many small frames; then there is
/// another one.
pub struct Together {
    to: SocketAddr,
    sender: Mutex<conn::http2::SendRequest<Empty<Bytes>>>,
}

impl Together {
    async fn new(to: SocketAddr) -> Arc<Self> {
        Arc::new(Self { to, sender: Mutex::new(Self::connect(to).await) })
    }

    async fn connect(to: SocketAddr) -> conn::http2::SendRequest<Empty<Bytes>> {
        let io = TokioIo::new(TcpStream::connect(to).await.unwrap());
        let (sender, connection) = conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    async fn ask(&self, request: Request<Empty<Bytes>>) -> hyper::Result<Answer> {
        let mut sender = {
            let mut sender = self.sender.lock().await;
            if sender.is_closed() {
                *sender = Self::connect(self.to).await;
            }
            sender.clone()
        };
        sender.ready().await?;
        whole(sender.send_request(request).await?).await
    }
}

type Answer = (StatusCode, HeaderMap, String);

async fn whole(response: Response<Incoming>) -> hyper::Result<Answer> {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await?.to_bytes();
    Ok((parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned()))
}

impl Line {
    pub async fn own(to: SocketAddr) -> Self {
        let io = TokioIo::new(TcpStream::connect(to).await.unwrap());
        let (sender, connection) = conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        Self::Own(sender)
    }

    pub async fn get(&mut self, path: &str, cookie: &str) -> Answer {
        let request = |target: &str| {
            let request = Request::get(target).header(header::HOST, "localhost").header(header::COOKIE, cookie);
            request.body(Empty::new()).unwrap()
        };
        match self {
            Self::Own(sender) => {
                sender.ready().await.unwrap();
                whole(sender.send_request(request(path)).await.unwrap()).await.unwrap()
            }
            Self::Together(line) => {
                let target = format!("{ORIGIN}{path}");
                for _ in 0..50 {
                    match line.ask(request(&target)).await {
                        Ok(answer) => return answer,
                        Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                    }
                }
                panic!("{path} is not answered");
            }
        }
    }
}

/// The portal on a port.
pub async fn served(portal: &Portal) -> (SocketAddr, CancellationToken) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    tokio::spawn(serve(listener, portal.router(), ServeOptions::default(), stop.clone()));
    (address, stop)
}

/// The addresses that a customer asks for, one for each kind; every one of them shows their word.
async fn pages(portal: &Portal, member: &Member) -> Vec<String> {
    let account = portal.links("/accounts", &member.cookie, "/accounts/").await.remove(0);
    let entry = portal.links(&account, &member.cookie, &format!("{account}/entries/")).await.remove(0);
    let parcel = portal.links("/parcels", &member.cookie, "/parcels/").await.remove(0);
    let claim =
        portal.links("/claims", &member.cookie, "/claims/").await.into_iter().find(|link| link.len() == 40).unwrap();
    let policy = portal.links("/policies", &member.cookie, "/policies/").await.remove(0);
    let mut pages = vec![
        "/overview".to_owned(),
        "/profile".to_owned(),
        "/accounts".to_owned(),
        account.clone(),
        entry,
        format!("{account}/details"),
        format!("{account}/download/csv"),
        format!("{account}/download/camt"),
        "/parcels".to_owned(),
        parcel,
        "/claims".to_owned(),
        claim,
        "/policies".to_owned(),
        policy,
        "/portfolio".to_owned(),
    ];
    pages.push("/live?after=0&once=1".to_owned());
    pages
}

on_both_databases! {
    async fn in_the_same_instant_everybody_gets_what_is_theirs(world: World) {
        const CROWD: u32 = 64;
        let dialect = world.db.dialect();
        let portal = Portal::unpaced(world).await;
        let members = crowd(&portal, attempts(16, CROWD as usize).try_into().unwrap()).await;
        let (address, stop) = served(&portal).await;
        let together = Together::new(address).await;
        let rounds = attempts(16, 400);
        let start = Arc::new(Barrier::new(members.len()));
        let mut asking = Vec::new();
        for (at, member) in members.iter().cloned().enumerate() {
            let pages = pages(&portal, &member).await;
            let mut line = if at % 2 == 0 { Line::own(address).await } else { Line::Together(together.clone()) };
            let start = start.clone();
            asking.push(tokio::spawn(async move {
                let (mut checked, mut busy, mut marked) = (0_usize, 0_usize, 0_usize);
                for round in 0..rounds {
                    let page = &pages[round % pages.len()];
                    start.wait().await;
                    let (status, _, body) = line.get(page, &member.cookie).await;
                    for word in words_in(&body) {
                        assert_eq!(word, member.word, "{page}");
                        marked += 1;
                    }
                    // Only so many downloads run at once; whoever is too many is told to come back.
                    if status == StatusCode::SERVICE_UNAVAILABLE && page.contains("/download/") {
                        busy += 1;
                        continue;
                    }
                    assert_eq!(status, StatusCode::OK, "{page}: {body}");
                    assert!(page.starts_with("/live") || body.to_ascii_uppercase().contains(&member.word), "{page}: {body}");
                    checked += 1;
                }
                (checked, busy, marked)
            }));
        }
        let done = join_all(asking).await.into_iter().map(Result::unwrap);
        let (checked, busy, marked) = done.fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2));
        let pairs = rounds * members.len() * (members.len() - 1) / 2;
        figures(&format!(
            "T02 {dialect:?}: {} customers, {rounds} bursts, {pairs} same-instant pairs, {checked} answers checked, {busy} told to come back, own words {marked}, foreign words 0, alarms {}",
            members.len(), portal.services.metrics.owner_mismatches().get()
        ));
        assert!(checked > rounds * members.len() / 2 && marked > checked);
        stop.cancel();
    }
}
