//! The stylesheet: `style/main.css` and what it imports, bundled and made small. An error stops the build and says where.

use crate::assets::Names;
use crate::project::Project;
use crate::report::{bytes, say};
use crate::site::Mode;
use anyhow::{Context, Result, anyhow, bail};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::error::ErrorLocation;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// The oldest browsers that are served: the first with relative colours, `light-dark()` and nesting.
fn browsers() -> Targets {
    let version = |major: u32| Some(major << 16);
    Targets::from(Browsers {
        android: version(123),
        chrome: version(123),
        edge: version(123),
        firefox: version(128),
        ios_saf: version(18),
        safari: version(18),
        ..Browsers::default()
    })
}

/// Bundles and minifies. What the stylesheet takes from `public/` is then called by the name it is served under.
pub fn build(project: &Project, mode: Mode, names: &Names) -> Result<(String, String)> {
    let entry = project.root.join("style/main.css");
    let provider = FileProvider::new();
    let warnings = Arc::new(RwLock::new(Vec::new()));
    let options = ParserOptions { warnings: Some(Arc::clone(&warnings)), ..ParserOptions::default() };
    let mut bundler = Bundler::new(&provider, None, options);
    let mut sheet = bundler
        .bundle(&entry)
        .map_err(|error| anyhow!("{}: {}", place(project, error.loc.as_ref()), error.kind))
        .context("the stylesheet cannot be read")?;
    let warnings = std::mem::take(&mut *warnings.write().unwrap_or_else(PoisonError::into_inner));
    for warning in &warnings {
        say(&format!("  style: {}: {}", place(project, warning.loc.as_ref()), warning.kind));
    }
    if !warnings.is_empty() {
        // A rule that a parser does not understand is one that a browser may drop without a word.
        bail!("the stylesheet has {} rule(s) that cannot be understood, named above", warnings.len());
    }
    let minify = mode == Mode::Release;
    if minify {
        sheet
            .minify(MinifyOptions { targets: browsers(), ..MinifyOptions::default() })
            .map_err(|error| anyhow!("{}: {}", place(project, error.loc.as_ref()), error.kind))?;
    }
    let printed = sheet
        .to_css(PrinterOptions { minify, targets: browsers(), ..PrinterOptions::default() })
        .map_err(|error| anyhow!("{}: {}", place(project, error.loc.as_ref()), error.kind))?;
    let css = rename(&printed.code, names)?;
    let words = format!("{} bytes", bytes(css.len() as u64));
    Ok((css, words))
}

/// `file:line:column`, as editors understand it.
fn place(project: &Project, location: Option<&ErrorLocation>) -> String {
    let Some(location) = location else { return "style/main.css".into() };
    let file = Path::new(&location.filename);
    let file = file.strip_prefix(&project.root).unwrap_or(file);
    // The parser counts lines from nought and columns from one; people count both from one.
    format!("{}:{}:{}", file.display(), location.line + 1, location.column)
}

/// The stylesheet names files of `public/` as they lie in the checkout; here they get the names they are served under.
fn rename(css: &str, names: &Names) -> Result<String> {
    const FOLDER: &str = "../public/";
    let mut parts = css.split(FOLDER);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([')', '"', '\'']).unwrap_or(part.len());
        let (file, rest) = part.split_at(end);
        let url =
            names.get(file).with_context(|| format!("the stylesheet asks for public/{file}, which is not there"))?;
        text.push_str(url);
        text.push_str(rest);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn files_get_the_name_they_are_served_under() {
        let names = [("fonts/a.woff2".to_owned(), "/pkg/a.H.woff2".to_owned())].into();
        let css = "@font-face{src:url(../public/fonts/a.woff2)format(\"woff2\")}a{b:url(\"../public/fonts/a.woff2\")}";
        let expected = "@font-face{src:url(/pkg/a.H.woff2)format(\"woff2\")}a{b:url(\"/pkg/a.H.woff2\")}";
        assert_eq!(rename(css, &names).ok().as_deref(), Some(expected));
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error() {
        assert!(rename("a{b:url(../public/nothing.svg)}", &Default::default()).is_err());
    }
}
