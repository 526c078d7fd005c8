//! A form as it came: names and values, each as often as it was sent. For forms whose fields are only known when they are
//! shown.

use super::{Problem, Reason, Visitor};
use axum::{
    Form,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
};

/// Fields of a form that brings files.
const MOST_FIELDS: usize = 200;

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

impl FromIterator<(String, String)> for Fields {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(fields: T) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// A file that came with a form.
#[derive(Clone, Debug, Default)]
pub struct SentFile {
    /// The name of its field.
    pub field: String,
    /// What its sender calls it; empty when no file was chosen.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A form with files, read to its end: its fields, and its files. Of a file or a field, `most` bytes
/// and one more are kept, so that what is too long can be told; what is behind them is read and let go.
///
/// # Errors
/// The form ends too early, or is none.
pub async fn read_parts(mut form: Multipart, most: usize) -> Result<(Fields, Vec<SentFile>), MultipartError> {
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while let Some(mut part) = form.next_field().await? {
        let field = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(piece) = part.chunk().await? {
            let room = (most + 1).saturating_sub(bytes.len());
            bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        if fields.len() + files.len() >= MOST_FIELDS {
            continue;
        }
        match file {
            Some(name) => files.push(SentFile { field, name, bytes }),
            None => fields.push((field, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok((Fields(fields), files))
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
