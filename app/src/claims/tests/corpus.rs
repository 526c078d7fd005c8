//! Files as people and attackers send them. What is kept of a picture is what can be seen; nothing that can act is kept.

use crate::claims::upload::{Refused, check, clean_name, save_name};
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder as _, RgbImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};

const SCRIPT: &[u8] = b"<script>alert(1)</script>";

pub(super) fn has(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece)
}

/// A picture of two colours, twice as wide as high.
fn pixels() -> RgbImage {
    RgbImage::from_fn(64, 32, |x, _| if x < 32 { image::Rgb([200, 30, 30]) } else { image::Rgb([30, 30, 200]) })
}

fn jpeg() -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new(&mut out).encode(&pixels(), 64, 32, ExtendedColorType::Rgb8).unwrap();
    out
}

fn png() -> Vec<u8> {
    let mut out = Vec::new();
    PngEncoder::new(&mut out).write_image(&pixels(), 64, 32, ExtendedColorType::Rgb8).unwrap();
    out
}

/// The JPEG with a segment behind its start.
fn with_segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let jpeg = jpeg();
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

/// What a camera notes: its make, that the picture is to be turned, and where it was.
fn exif(orientation: u8) -> Vec<u8> {
    let mut out = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    out.extend([0, 2]);
    out.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    out.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26]);
    out.extend([0, 0, 0, 0]);
    out.extend(b"GPSLatitude49.4431N1.0993E Canon EOS 5D");
    out
}

/// A chunk of a PNG.
fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(&[name.as_slice(), content].concat());
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [length.as_slice(), name, content, &crc.sum().to_be_bytes()].concat()
}

fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes()[..], &[1, 0, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", b"\x78\x9c"), chunk(b"IEND", b"")].concat()
}

/// Width and height of what is kept.
fn dimensions(bytes: &[u8]) -> (u32, u32) {
    let picture: DynamicImage = image::load_from_memory(bytes).unwrap();
    (picture.width(), picture.height())
}

#[test]
fn pictures_are_kept_and_look_the_same() {
    let kept = check(jpeg()).unwrap();
    assert_eq!((kept.media, dimensions(&kept.bytes)), ("image/jpeg", (64, 32)));
    let kept = check(png()).unwrap();
    assert_eq!((kept.media, dimensions(&kept.bytes)), ("image/png", (64, 32)));
    assert_eq!(image::load_from_memory(&kept.bytes).unwrap().to_rgb8(), pixels());
}

#[test]
fn where_a_photo_was_taken_and_with_what_is_gone() {
    let photo = with_segment(0xe1, &exif(1));
    assert!(has(&photo, b"GPSLatitude") && has(&photo, b"Exif"));
    let kept = check(photo).unwrap();
    for word in [b"GPSLatitude".as_slice(), b"Exif", b"Canon", b"49.4431", b"http://ns.adobe.com"] {
        assert!(!has(&kept.bytes, word), "{}", String::from_utf8_lossy(word));
    }
    let text = chunk(b"tEXt", b"Comment\0GPSLatitude49.4431N");
    let png = png();
    let with_text = [&png[..33], &text, &png[33..]].concat();
    assert!(!has(&check(with_text).unwrap().bytes, b"GPSLatitude"));
}

#[test]
fn a_photo_is_turned_as_the_camera_says_before_that_is_lost() {
    let kept = check(with_segment(0xe1, &exif(6))).unwrap();
    assert_eq!(dimensions(&kept.bytes), (32, 64));
}

#[test]
fn a_second_file_within_a_picture_is_gone() {
    for polyglot in [
        [jpeg(), SCRIPT.to_vec()].concat(),
        [jpeg(), b"%PDF-1.7 /JavaScript".to_vec(), SCRIPT.to_vec()].concat(),
        [jpeg(), b"PK\x03\x04".to_vec(), SCRIPT.to_vec()].concat(),
        with_segment(0xfe, SCRIPT),
        with_segment(0xe0, &[b"JFIF\0", SCRIPT].concat()),
        [png(), SCRIPT.to_vec()].concat(),
    ] {
        assert!(has(&polyglot, SCRIPT));
        let kept = check(polyglot).unwrap();
        assert!(!has(&kept.bytes, SCRIPT) && !has(&kept.bytes, b"%PDF") && !has(&kept.bytes, b"PK\x03\x04"));
    }
}

#[test]
fn what_can_act_is_refused() {
    for file in [
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(),
        b"\xef\xbb\xbf  \n<?xml version=\"1.0\"?><svg/>".to_vec(),
        b"<!doctype html><script>alert(1)</script>".to_vec(),
        b"\xff\xfe<\0h\0t\0m\0l\0>\0".to_vec(),
        b"MZ\x90\0".to_vec(),
        b"#!/bin/sh\nrm -rf /".to_vec(),
        b"\x7fELF\x02\x01\x01".to_vec(),
        b"PK\x03\x04word/document.xml".to_vec(),
    ] {
        assert_eq!(check(file.clone()), Err(Refused::Active), "{}", String::from_utf8_lossy(&file));
    }
}

#[test]
fn what_is_not_a_picture_or_a_pdf_is_refused() {
    for file in [
        b"GIF89a/*\x01\0\x80\0\0*/=1;alert(1)//".to_vec(),
        b"RIFF\0\0\0\0WEBPVP8 ".to_vec(),
        b"BM\0\0".to_vec(),
        b"\0\0\0\x18ftypheic".to_vec(),
        b"just words".to_vec(),
        b"%!PS-Adobe-3.0".to_vec(),
        b" %PDF-1.7\n%%EOF".to_vec(),
        vec![0; 1_000],
    ] {
        assert_eq!(check(file.clone()), Err(Refused::UnknownType), "{}", String::from_utf8_lossy(&file));
    }
    assert_eq!(check(Vec::new()), Err(Refused::Empty));
}

#[test]
fn a_picture_that_is_cut_or_broken_is_refused() {
    let (jpeg, png) = (jpeg(), png());
    for cut in [3, 20, jpeg.len() / 2, jpeg.len() - 3, jpeg.len() - 1] {
        assert_eq!(check(jpeg[..cut].to_vec()), Err(Refused::Damaged), "{cut}");
    }
    for cut in [9, 30, png.len() / 2, png.len() - 20] {
        assert_eq!(check(png[..cut].to_vec()), Err(Refused::Damaged), "{cut}");
    }
    // The beginning of one, the content of the other.
    assert_eq!(check([&b"\xff\xd8\xff"[..], &png].concat()), Err(Refused::Damaged));
    assert_eq!(check([&b"\x89PNG\r\n\x1a\n"[..], &jpeg].concat()), Err(Refused::Damaged));
}

#[test]
fn a_picture_of_too_many_points_is_refused_before_it_is_opened() {
    for (width, height) in [(40_000, 40_000), (u32::MAX >> 1, 1), (1, 30_000), (16_000, 16_000)] {
        assert_eq!(check(png_header(width, height)), Err(Refused::TooManyPixels), "{width} × {height}");
    }
    // A JPEG says its size in a segment: 65,000 by 65,000.
    let mut bomb = jpeg();
    let frame = bomb.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xfd, 0xe8, 0xfd, 0xe8]);
    assert_eq!(check(bomb), Err(Refused::TooManyPixels));
}

#[test]
fn no_bytes_whatever_make_it_panic() {
    use guichet_platform::random::{Random as _, SeededRandom};
    let random = SeededRandom::new(7);
    for round in 0..400_usize {
        let mut noise = vec![0; 200];
        random.fill(&mut noise);
        for whole in [jpeg(), png(), super::pdf::plain()] {
            let mut file = whole;
            for (index, byte) in noise
                .chunks(3)
                .take(1 + round % 20)
                .map(|three| (usize::from(three[0]) << 8 | usize::from(three[1]), three[2]))
            {
                let at = index % file.len();
                file[at] = byte;
            }
            let _ = check(file);
        }
    }
}

#[test]
fn a_name_is_for_people_and_nothing_else() {
    for (name, want) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("", "file"),
        ("..", ".."),
        ("/", "file"),
    ] {
        assert_eq!(clean_name(name), want, "{name:?}");
    }
    assert_eq!(clean_name(&"x".repeat(500)).len(), 100);
    assert_eq!(save_name("photo.JPG", "image/jpeg"), "photo.JPG");
    assert_eq!(save_name("photo.exe", "image/jpeg"), "photo.exe.jpg");
    assert_eq!(save_name("invoice", "application/pdf"), "invoice.pdf");
}
