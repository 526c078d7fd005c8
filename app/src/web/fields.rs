//! A form as it came: names and values, each as often as it was sent. For forms whose fields are only known when they are
//! shown.

use super::{Problem, Reason, Visitor};
use axum::{
    Form,
    extract::{FromRequest, Request},
};

/// The fields of a form, in their order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a name; empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a name was sent.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let problem = |reason| visitor.as_ref().map_or_else(|| Problem::bare(reason), |who| Problem::new(reason, who));
        let form = <Form<Vec<(String, String)>> as FromRequest<S>>::from_request(request, state).await;
        form.map(|Form(fields)| Self(fields)).map_err(|_| problem(Reason::BadRequest))
    }
}
