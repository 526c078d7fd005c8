//! Whether a JPEG goes on to its end. A decoder fills in what is missing; a picture that is half there is not one to decide by.

/// Walks the markers from the start to the end of the image. What stands behind the end does not count.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // A marker: any number of fill bytes, then its code.
        if bytes.get(at) != Some(&0xff) {
            return false;
        }
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        let Some(code) = bytes.get(at).copied() else { return false };
        at += 1;
        match code {
            0xd9 => return true,
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let (Some(high), Some(low)) = (bytes.get(at), bytes.get(at + 1)) else { return false };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length < 2 {
            return false;
        }
        at += length;
        if code == 0xda {
            // The scan: up to the next marker that is neither a stuffed byte nor a restart.
            loop {
                match bytes.get(at..at + 2) {
                    None => return false,
                    Some([0xff, code]) if !matches!(code, 0x00 | 0xd0..=0xd7 | 0xff) => break,
                    Some(_) => at += 1,
                }
            }
        }
    }
}
