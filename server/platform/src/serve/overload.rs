//! Shedding load: more requests at once than the machine answers in time are told to come back, instead of all being late.

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header::RETRY_AFTER};
use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::Semaphore;
use tower::{Layer, Service};

/// A layer that lets at most `max_in_flight` requests be worked on at once and answers the rest with 503 and
/// `Retry-After: 1`, at once. A request is worked on until its response begins: a stream that goes on does not count.
#[must_use]
pub fn overload(max_in_flight: usize) -> Overload {
    Overload { places: Arc::new(Semaphore::new(max_in_flight.min(Semaphore::MAX_PERMITS))) }
}

/// See [`overload`].
#[derive(Clone, Debug)]
pub struct Overload {
    places: Arc<Semaphore>,
}

impl<S> Layer<S> for Overload {
    type Service = Overloadable<S>;
    fn layer(&self, inner: S) -> Self::Service {
        Overloadable { inner, places: self.places.clone() }
    }
}

/// A service behind [`overload`].
#[derive(Clone, Debug)]
pub struct Overloadable<S> {
    inner: S,
    places: Arc<Semaphore>,
}

impl<S> Service<Request> for Overloadable<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            let busy =
                (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], "Too busy just now. Please try again.\n");
            return Box::pin(std::future::ready(Ok(busy.into_response())));
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            drop(place);
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, routing::get};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn who_comes_when_all_places_are_taken_is_told_to_come_back() {
        let go = Arc::new(Notify::new());
        let wait = go.clone();
        let app = Router::new().route("/", get(move || async move { wait.notified().await })).layer(overload(1));
        let ask = || app.clone().oneshot(Request::new(Body::empty()));
        let first = tokio::spawn(ask());
        tokio::task::yield_now().await;
        let second = ask().await.unwrap();
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(second.headers()[RETRY_AFTER], "1");
        go.notify_one();
        assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
        go.notify_one();
        assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
    }
}
