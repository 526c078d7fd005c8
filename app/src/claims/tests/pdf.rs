//! PDFs: those that only show something are kept as they are, those that act are refused, however they hide it.

use crate::claims::upload::{Refused, check};
use flate2::{Compression, write::ZlibEncoder};
use std::io::Write as _;

/// A PDF whose catalogue has `more` in it, with `objects` behind.
fn pdf(more: &str, objects: &[u8]) -> Vec<u8> {
    let head = format!(
        "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R {more} >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    );
    [head.as_bytes(), objects, b"trailer\n<< /Root 1 0 R /Size 3 >>\nstartxref\n9\n%%EOF\n"].concat()
}

pub(super) fn plain() -> Vec<u8> {
    pdf("/Lang (fr)", &stream("/Filter /FlateDecode", &packed(b"BT /F1 12 Tf (Facture) Tj ET")))
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("3 0 obj\n<< {dictionary} /Length {} >>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream\nendobj\n"].concat()
}

#[test]
fn a_plain_pdf_is_kept_as_it_is() {
    let kept = check(plain()).unwrap();
    assert_eq!((kept.media, kept.bytes), ("application/pdf", plain()));
    // Names within packed data are data, and short ones come about by chance.
    assert!(check(pdf("", &stream("/Filter /DCTDecode", b"\xff\xd8 /JS \xff /AA(x) \x00"))).is_ok());
    assert!(check(pdf("/Metadata 4 0 R /Title (about /Java and scripts)", b"")).is_ok());
}

#[test]
fn a_pdf_that_acts_is_refused() {
    for more in [
        "/OpenAction 4 0 R",
        "/OpenAction<</S/JavaScript/JS(app.alert(1))>>",
        "/AA << /O 4 0 R >>",
        "/Names << /JavaScript 4 0 R >>",
        "/Names << /EmbeddedFiles 4 0 R >>",
        "/A << /S /Launch /F (cmd.exe) >>",
        "/AcroForm << /XFA 4 0 R >>",
        "/RichMedia 4 0 R",
        "/A << /S /SubmitForm >>",
        "/A << /S /ImportData >>",
        "/S /GoToE",
        "/S /GoToR",
        // Names with escapes.
        "/Open#41ction 4 0 R",
        "/S /J#61v#61Script",
        "/#4a#53 (x)",
        "/#4CAUNCH /#4caunch",
    ] {
        assert_eq!(check(pdf(more, b"")), Err(Refused::Active), "{more}");
    }
}

#[test]
fn what_is_hidden_in_packed_objects_is_found() {
    let script = packed(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>");
    for dictionary in
        ["/Type /ObjStm /Filter /FlateDecode", "/Type/ObjStm/Filter[/FlateDecode]", "/Type /Obj#53tm /Filter /Fl"]
    {
        assert_eq!(check(pdf("", &stream(dictionary, &script))), Err(Refused::Active), "{dictionary}");
        let harmless = stream(dictionary, &packed(b"1 0 << /Type /Font >>"));
        assert!(check(pdf("", &harmless)).is_ok(), "{dictionary}");
    }
    // Not packed at all, and packed in a way that is not looked into.
    assert_eq!(check(pdf("", &stream("/Type /ObjStm", b"1 0 << /JS (x) >>"))), Err(Refused::Active));
    for filter in ["/LZWDecode", "[/ASCIIHexDecode /FlateDecode]", "/RunLengthDecode"] {
        let dictionary = format!("/Type /ObjStm /Filter {filter}");
        assert_eq!(check(pdf("", &stream(&dictionary, b"x"))), Err(Refused::Active), "{filter}");
    }
    // A word that pretends to begin a stream hides nothing behind it.
    assert_eq!(check(pdf("", b"<< >>\nstream\n<< /S /JavaScript >>\n")), Err(Refused::Active));
    assert_eq!(check(pdf("", b"(>> stream) << /AA 4 0 R >>\n")), Err(Refused::Active));
}

#[test]
fn a_packed_stream_that_bursts_is_refused() {
    let bomb = packed(&vec![b' '; 70 << 20]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(check(pdf("", &stream("/Type /ObjStm /Filter /FlateDecode", &bomb))), Err(Refused::TooLarge));
    assert_eq!(check(pdf("", &stream("/Type /ObjStm /Filter /FlateDecode", b"not packed"))), Err(Refused::Damaged));
}

#[test]
fn a_pdf_under_a_password_is_refused() {
    let locked = String::from_utf8(pdf("", b"")).unwrap().replace("/Root", "/Encrypt 9 0 R /Root");
    assert_eq!(check(locked.into_bytes()), Err(Refused::Encrypted));
}

#[test]
fn a_pdf_that_is_cut_or_goes_on_as_another_file_is_refused() {
    let whole = plain();
    for cut in [9, 40, whole.len() / 2, whole.len() - 7] {
        assert_eq!(check(whole[..cut].to_vec()), Err(Refused::Damaged), "{cut}");
    }
    for behind in [b"<html><script>alert(1)</script>".as_slice(), b"PK\x03\x04", b"x"] {
        assert_eq!(check([&whole, behind].concat()), Err(Refused::Active));
    }
    assert!(check([&whole, b"\r\n\0\0".as_slice()].concat()).is_ok());
}
