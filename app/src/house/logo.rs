//! A logo, taken in: pictures are written anew by the portal, and of an SVG only shapes and colours are let through.
//!
//! An SVG is a program as much as a picture. What is kept is put together from the elements and attributes below, and nothing
//! else of it; where that would lose something that can be seen, it is refused, and said what it was.

use super::store::Picture;
use crate::claims::upload::{self, Refused};
use quick_xml::{
    Reader, Writer,
    events::{BytesEnd, BytesStart, Event},
};

/// Bytes of a logo as it comes.
pub const MAX_BYTES: usize = 512 << 10;
/// Points of its longer side.
const MAX_SIDE: u32 = 2_000;
/// Elements within elements.
const MAX_DEPTH: usize = 24;

/// Why a logo is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoFault {
    /// Nothing came, or too much.
    #[error("a logo has at most {} KiB", MAX_BYTES >> 10)]
    Size,
    /// Too many points.
    #[error("a logo is at most {MAX_SIDE} points wide and high")]
    Side,
    /// Neither SVG nor PNG nor JPEG, or damaged.
    #[error("this is neither SVG nor PNG nor JPEG, or it is damaged")]
    Kind,
    /// Something in an SVG that is no shape and no colour.
    #[error("<{0}> is not taken; a logo is made of shapes and colours alone")]
    Element(String),
    /// An attribute that is no shape and no colour.
    #[error("the attribute {0} is not taken; a logo is made of shapes and colours alone")]
    Attribute(String),
}

const ELEMENTS: [&str; 16] = [
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "title",
    "desc",
    "defs",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
];
const ATTRIBUTES: [&str; 46] = [
    "id",
    "d",
    "x",
    "y",
    "width",
    "height",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "x1",
    "y1",
    "x2",
    "y2",
    "fx",
    "fy",
    "points",
    "viewBox",
    "preserveAspectRatio",
    "version",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-dasharray",
    "stroke-dashoffset",
    "fill-rule",
    "clip-rule",
    "fill-opacity",
    "stroke-opacity",
    "opacity",
    "transform",
    "offset",
    "stop-color",
    "stop-opacity",
    "gradientUnits",
    "gradientTransform",
    "spreadMethod",
    "clip-path",
    "clipPathUnits",
    "color",
    "pathLength",
    "vector-effect",
];
/// What can go without being missed: names for programs, and notes of drawing programs.
const DROPPED: [&str; 4] = ["class", "role", "enable-background", "xml:space"];

/// Takes a logo in.
///
/// # Errors
/// Why not.
pub fn take(bytes: Vec<u8>) -> Result<Picture, LogoFault> {
    if bytes.is_empty() || bytes.len() > MAX_BYTES {
        return Err(LogoFault::Size);
    }
    let head =
        String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).trim_start_matches('\u{feff}').trim_start().to_owned();
    if head.starts_with('<') {
        return clean(&bytes);
    }
    let clean = upload::check(bytes).map_err(|refused| match refused {
        Refused::Empty | Refused::TooLarge => LogoFault::Size,
        Refused::TooManyPixels => LogoFault::Side,
        _ => LogoFault::Kind,
    })?;
    if clean.media == "application/pdf" {
        return Err(LogoFault::Kind);
    }
    let size = image::ImageReader::new(std::io::Cursor::new(&clean.bytes)).with_guessed_format().ok();
    let (width, height) = size.and_then(|reader| reader.into_dimensions().ok()).ok_or(LogoFault::Kind)?;
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(LogoFault::Side);
    }
    Ok(Picture {
        media_type: clean.media.to_owned(),
        bytes: clean.bytes,
        width: i64::from(width),
        height: i64::from(height),
    })
}

/// Puts an SVG together anew.
fn clean(bytes: &[u8]) -> Result<Picture, LogoFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| LogoFault::Kind)?;
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new(Vec::new());
    let (mut depth, mut size, mut told) = (0_usize, None, false);
    // Whether the element that is open holds words: only a title does.
    let mut words = false;
    loop {
        match reader.read_event().map_err(|_| LogoFault::Kind)? {
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) => {}
            Event::DocType(_) | Event::PI(_) => return Err(LogoFault::Element("!DOCTYPE".to_owned())),
            Event::Start(start) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(LogoFault::Kind);
                }
                let shape = element(&start, depth, &mut size)?;
                words = matches!(shape.name().as_ref(), "title" | "desc");
                told = true;
                writer.write_event(Event::Start(shape)).map_err(|_| LogoFault::Kind)?;
            }
            Event::Empty(start) => {
                let shape = element(&start, depth + 1, &mut size)?;
                told = true;
                writer.write_event(Event::Empty(shape)).map_err(|_| LogoFault::Kind)?;
            }
            Event::End(end) => {
                depth = depth.checked_sub(1).ok_or(LogoFault::Kind)?;
                words = false;
                let name = end.name().as_ref().to_owned();
                writer.write_event(Event::End(BytesEnd::new(name))).map_err(|_| LogoFault::Kind)?;
            }
            Event::Text(text) if words => writer.write_event(Event::Text(text)).map_err(|_| LogoFault::Kind)?,
            Event::Text(text) if text.trim().is_empty() => {}
            // Entities and character data too: nothing of them is a shape.
            _ if words => {}
            _ => return Err(LogoFault::Kind),
        }
    }
    if depth != 0 || !told {
        return Err(LogoFault::Kind);
    }
    let (width, height) = size.unwrap_or((32, 32));
    Ok(Picture { media_type: "image/svg+xml".to_owned(), bytes: writer.into_inner(), width, height })
}

/// An element with the attributes that are let through.
fn element(
    start: &BytesStart<'_>,
    depth: usize,
    size: &mut Option<(i64, i64)>,
) -> Result<BytesStart<'static>, LogoFault> {
    let name = start.name().as_ref().to_owned();
    if !ELEMENTS.contains(&name.as_str()) || (depth == 1) != (name == "svg") {
        return Err(LogoFault::Element(name));
    }
    let mut shape = BytesStart::new(name);
    if depth == 1 {
        shape.push_attribute(("xmlns", "http://www.w3.org/2000/svg"));
    }
    let (mut own, mut boxed) = ((None, None), None);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| LogoFault::Kind)?;
        let key = attribute.key.as_ref().to_owned();
        let value = attribute.value.clone().into_owned();
        let noted = key.starts_with("data-") || key.starts_with("aria-") || key.starts_with("xmlns");
        let foreign = key.contains(':') && !key.starts_with("xlink:");
        if noted || foreign || DROPPED.contains(&key.as_str()) {
            continue;
        }
        let calls = value.to_ascii_lowercase();
        // A backslash writes letters that are none: `\75rl(`.
        let harmless = !calls.contains(['&', '\\']) && calls.matches("url(").count() == calls.matches("url(#").count();
        if !ATTRIBUTES.contains(&key.as_str()) || !harmless {
            return Err(LogoFault::Attribute(key));
        }
        let whole = |text: &str| text.trim_end_matches("px").split('.').next()?.trim().parse::<i64>().ok();
        match key.as_str() {
            "width" => own.0 = whole(&value),
            "height" => own.1 = whole(&value),
            "viewBox" => {
                let parts: Vec<_> = value.split([' ', ',']).filter(|part| !part.is_empty()).collect();
                boxed = parts.get(2).and_then(|part| whole(part)).zip(parts.get(3).and_then(|part| whole(part)));
            }
            _ => {}
        }
        shape.push_attribute((key.as_str(), value.as_str()));
    }
    if depth == 1 {
        *size = own.0.zip(own.1).or(boxed).filter(|(width, height)| *width > 0 && *height > 0);
    }
    Ok(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inner: &str) -> Vec<u8> {
        format!(r##"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 32">{inner}</svg>"##)
            .into_bytes()
    }

    #[test]
    fn shapes_and_colours_are_kept_and_nothing_else_of_an_svg() {
        let taken = take(svg(r##"<!-- by a program --><title>Lumen &amp; Söhne</title><g class="a" data-x="1">
            <path d="M0 32V14a14 14 0 0 1 28 0v18z" fill="#5a2a82"/></g>"##))
        .unwrap();
        let text = String::from_utf8(taken.bytes).unwrap();
        assert_eq!((taken.width, taken.height), (28, 32));
        assert!(text.contains("fill=\"#5a2a82\"") && text.contains("Söhne"), "{text}");
        assert!(!text.contains("program") && !text.contains("class") && !text.contains("data-"), "{text}");
    }

    #[test]
    fn whatever_could_act_is_refused_and_named() {
        for (inner, what) in [
            ("<script>alert(1)</script>", LogoFault::Element("script".into())),
            ("<foreignObject><p/></foreignObject>", LogoFault::Element("foreignObject".into())),
            ("<image href='http://evil.example/x.png'/>", LogoFault::Element("image".into())),
            ("<use href='#a'/>", LogoFault::Element("use".into())),
            ("<style>*{}</style>", LogoFault::Element("style".into())),
            ("<animate attributeName='x'/>", LogoFault::Element("animate".into())),
            ("<a href='javascript:1'><path d='M0 0'/></a>", LogoFault::Element("a".into())),
            ("<path d='M0 0' onload='alert(1)'/>", LogoFault::Attribute("onload".into())),
            ("<path d='M0 0' style='background:url(//evil)'/>", LogoFault::Attribute("style".into())),
            ("<path d='M0 0' fill='url(http://evil.example)'/>", LogoFault::Attribute("fill".into())),
            ("<path d='M0 0' fill='&#117;rl(//evil)'/>", LogoFault::Attribute("fill".into())),
            ("<path xlink:href='#a'/>", LogoFault::Attribute("xlink:href".into())),
            ("<svg><path d='M0 0'/></svg>", LogoFault::Element("svg".into())),
        ] {
            assert_eq!(take(svg(inner)), Err(what), "{inner}");
        }
        let entity = b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>".to_vec();
        assert_eq!(take(entity), Err(LogoFault::Element("!DOCTYPE".into())));
        assert_eq!(take(b"<html><script/></html>".to_vec()), Err(LogoFault::Element("html".into())));
        assert_eq!(take(Vec::new()), Err(LogoFault::Size));
        assert_eq!(take(b"%PDF-1.7".to_vec()), Err(LogoFault::Kind));
    }

    #[test]
    fn a_picture_is_written_anew() {
        let mut png = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_rgba8(40, 20).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let mut bytes = png.into_inner();
        bytes.extend_from_slice(b"<script>behind it</script>");
        let taken = take(bytes).unwrap();
        assert_eq!((taken.media_type.as_str(), taken.width, taken.height), ("image/png", 40, 20));
        assert!(!String::from_utf8_lossy(&taken.bytes).contains("script"));
        let mut large = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_luma8(2_001, 2).write_to(&mut large, image::ImageFormat::Png).unwrap();
        assert_eq!(take(large.into_inner()), Err(LogoFault::Side));
    }
}
