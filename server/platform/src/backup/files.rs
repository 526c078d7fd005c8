//! Files on their way into an archive and out of one.
//!
//! In the store and in an archive a file has the same name: `raw/ab/abcd…` and `uploads/ab/abcd…`, 64 hexadecimal digits in a
//! folder of their first two, and `taken/<name>`. A name of another form is no file of ours, in an archive a fault.

use super::{BackupError, Fault, Folders, HEADS, Progress, Step, at, walk::Member, write::Writer};
use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// Bytes that are copied at once.
const CHUNK: usize = 64 << 10;
/// Bytes of a line in the file of heads, and more.
const MAX_LINE: u64 = 1_024;

/// The file of heads as it was when the backup began: whole lines of heads that the database has by then.
pub(super) struct Heads {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Heads {
    /// None when there is no such file. It is added to at its end alone, so its beginning is what it was.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, BackupError> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(path)(error)),
        };
        let length = whole_lines(&mut file).map_err(at(path))?;
        Ok(Some(Self { path: path.to_owned(), file, length }))
    }

    pub(super) fn write(self, writer: &mut Writer) -> Result<(), BackupError> {
        writer.add_file(HEADS, &self.path, self.file, self.length)
    }
}

/// The length of a file without a last line that has no end; the file stands at its beginning then.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_LINE)))?;
    (&mut *file).take(length.min(MAX_LINE)).read_to_end(&mut end)?;
    let torn = end.iter().rev().take_while(|byte| **byte != b'\n').count() as u64;
    file.rewind()?;
    Ok(length - torn)
}

/// Adds every file that belongs to the database. What has only been taken comes first: what moves from there into the raw
/// store meanwhile is met there again.
pub(super) fn add_all(writer: &mut Writer, folders: &Folders, progress: &Progress) -> Result<u64, BackupError> {
    let mut all = 0;
    for (folder, root) in [("taken", &folders.taken), ("raw", &folders.raw), ("uploads", &folders.uploads)] {
        let (mut files, mut bytes) = (0, 0);
        let places = if folder == "taken" {
            vec![(folder.to_owned(), root.clone())]
        } else {
            let inner = names(root)?.into_iter().filter(|name| name.len() == 2 && is_hex(name));
            inner.map(|name| (format!("{folder}/{name}"), root.join(&name))).collect()
        };
        for (prefix, place) in places {
            for name in names(&place)? {
                let (member, path) = (format!("{prefix}/{name}"), place.join(&name));
                if matches!(place_of(&member), Some(Place::Nowhere) | None) || !path.is_file() {
                    continue;
                }
                let file = match File::open(&path) {
                    Ok(file) => file,
                    // Kept, or taken away by its owner, since the folder was read.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(at(&path)(error)),
                };
                let size = file.metadata().map_err(at(&path))?.len();
                writer.add_file(&member, &path, file, size)?;
                files += 1;
                bytes += size;
            }
        }
        progress(Step::Files { folder, files, bytes });
        all += files;
    }
    Ok(all)
}

/// The names in a folder, in order; none when it is not there.
fn names(folder: &Path) -> Result<Vec<String>, BackupError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(at(folder))?.file_name();
        names.extend(name.to_str().map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Where a member belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// A part of this table.
    Table(&'a str),
    /// A document of the back office, by its hash.
    Raw(&'a str),
    /// A document that was taken and not yet kept.
    Taken(&'a str),
    /// A file of a customer's.
    Upload(&'a str),
    /// Half a copy, which is thrown away.
    Nowhere,
}

/// Where the member of this name belongs; none when an archive has no such members.
pub(super) fn place_of(member: &str) -> Option<Place<'_>> {
    let mut words = member.split('/');
    let (folder, second, third) = (words.next()?, words.next()?, words.next());
    let ours = |name: &&str| name.len() == 64 && is_hex(name) && name.starts_with(second) && second.len() == 2;
    match (folder, third, words.next()) {
        ("tables", Some(part), None) if !second.is_empty() && part.ends_with(".jsonl") => Some(Place::Table(second)),
        ("raw", Some(name), None) => Some(name).filter(ours).map(Place::Raw),
        ("uploads", Some(name), None) => Some(name).filter(ours).map(Place::Upload),
        ("taken", None, None) if second.ends_with(".part") => Some(Place::Nowhere),
        // Never one that leads elsewhere: `.`, `..`, a hidden file.
        ("taken", None, None) if !second.is_empty() && !second.starts_with('.') => Some(Place::Taken(second)),
        _ => None,
    }
}

impl Folders {
    /// Where a file of the archive goes; none when it is no file.
    pub(super) fn target(&self, place: Place<'_>) -> Option<PathBuf> {
        match place {
            Place::Raw(name) => Some(self.raw.join(&name[..2]).join(name)),
            Place::Upload(name) => Some(self.uploads.join(&name[..2]).join(name)),
            Place::Taken(name) => Some(self.taken.join(name)),
            Place::Table(_) | Place::Nowhere => None,
        }
    }
}

/// Puts a member in its place: under another name first, on the disk before it gets its own. Its bytes.
pub(super) fn put(member: &mut Member<'_>, target: &Path) -> Result<u64, BackupError> {
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(at(folder))?;
    let part = target.with_added_extension("part");
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(at(&part))?;
    let (mut buffer, mut bytes) = (vec![0; CHUNK], 0);
    loop {
        let piece = member.piece(&mut buffer)?;
        if piece.is_empty() {
            break;
        }
        file.write_all(piece).map_err(at(&part))?;
        bytes += piece.len() as u64;
    }
    file.sync_all().map_err(at(&part))?;
    fs::rename(&part, target).map_err(at(target))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    Ok(bytes)
}

/// A member that no archive of ours has.
pub(super) fn stranger(member: &str) -> Fault {
    Fault::new(member, "an archive has no such member")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_an_archive_never_leads_out_of_its_folder() {
        let name = "ab".repeat(32);
        assert_eq!(place_of(&format!("raw/ab/{name}")), Some(Place::Raw(&name)));
        assert_eq!(place_of(&format!("uploads/ab/{name}")), Some(Place::Upload(&name)));
        assert_eq!(place_of("taken/12-0-a b.xml"), Some(Place::Taken("12-0-a b.xml")));
        assert_eq!(place_of("tables/entry/000001.jsonl"), Some(Place::Table("entry")));
        for wrong in [
            format!("raw/cd/{name}"),
            format!("raw/{name}"),
            format!("raw/ab/../ab/{name}"),
            format!("/raw/ab/{name}"),
            format!("raw/ab/{}", "AB".repeat(32)),
            "taken/..".to_owned(),
            "taken/../x".to_owned(),
            "taken/a/b".to_owned(),
            "taken/".to_owned(),
            "tables/../x".to_owned(),
            "guichet.db".to_owned(),
            String::new(),
        ] {
            assert_eq!(place_of(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_line_that_a_power_cut_has_torn_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        for (text, whole) in [("", 0), ("one\ntwo\n", 8), ("one\ntw", 4), ("torn", 0)] {
            fs::write(&path, text).unwrap();
            assert_eq!(Heads::open(&path).unwrap().unwrap().length, whole, "{text}");
        }
        assert!(Heads::open(&folder.path().join("nothing")).unwrap().is_none());
    }
}
