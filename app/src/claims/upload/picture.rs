//! Pictures: decoded within bounds, turned as the camera says, and written anew without anything but the picture.

use super::Refused;
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use std::io::Cursor;

/// Points of the largest picture; no telephone takes more.
const MAX_PIXELS: u64 = 50_000_000;
/// Points of its longer side.
const MAX_SIDE: u32 = 16_384;
/// Memory of one picture.
const MAX_ALLOC: u64 = 256 << 20;
/// Good enough to read small print.
const QUALITY: u8 = 88;

/// The picture as it is to be seen.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Refused> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refused::TooManyPixels);
    }
    // Lost with the rest of what the camera noted, so it is done first.
    let orientation = decoder.orientation().map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn refused(error: ImageError) -> Refused {
    match error {
        ImageError::Limits(_) => Refused::TooManyPixels,
        _ => Refused::Damaged,
    }
}

pub(super) fn rewrite_jpeg(bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    let picture = decode(bytes, ImageFormat::Jpeg)?;
    let picture = match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => picture,
        other => DynamicImage::ImageRgb8(other.to_rgb8()),
    };
    let mut out = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).map_err(refused)?;
    Ok(out)
}

pub(super) fn rewrite_png(bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    let picture = decode(bytes, ImageFormat::Png)?;
    let mut out = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut out)).map_err(refused)?;
    Ok(out)
}
