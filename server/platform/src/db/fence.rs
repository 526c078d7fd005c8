//! The fence around a SQLite connection: what SQLite itself asks before it touches a table, and the functions that tell it
//! whose transaction it is. The only unsafe code of the project.
//!
//! SQLite calls the authoriser for every table and column that a statement names while it prepares it, and says through which
//! view or trigger. It is answered from a table of what the connection's role may do; whatever is not in there is refused, and
//! with it ATTACH, PRAGMA, and every change of the schema.

#![expect(unsafe_code, reason = "SQLite's call-backs are C; each use says why it is sound")]

use super::policy::Act;
use crate::scope::{Named, Role};
use libsqlite3_sys as ffi;
use sqlx::SqliteConnection;
use std::{
    collections::{HashMap, HashSet},
    ffi::{CStr, c_char, c_int, c_void},
    sync::{Arc, Mutex, PoisonError},
};

/// What a connection of one role may do, and for whom it works now.
#[derive(Debug, Default)]
pub(super) struct Fence {
    /// Acts that the role may do on a table itself, whoever it works for: what is nobody's.
    pub open: HashSet<(String, Act)>,
    /// Acts on tables behind views and triggers; only on the table that the statement changes.
    pub guarded: HashSet<(String, Act)>,
    /// The view and the triggers of each table behind a fence: the only ones that may read it. Their names cannot be guessed.
    pub inner: HashMap<String, String>,
    /// Tables that the role sees through a view. Others, to which it may only add, it cannot so much as count.
    pub viewed: HashSet<String>,
    /// For each table the columns that SQLite reads itself, in other tables, to hold references true when it changes.
    pub references: HashMap<String, HashSet<(String, String)>>,
    /// Every table of the database.
    pub tables: HashSet<String>,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    role: Option<Role>,
    target: Option<String>,
}

impl Fence {
    /// From now on the connection works for `role`; for nobody without one, and then no row is anybody's.
    pub(super) fn enter(&self, role: Option<Role>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = Now { role, target: None };
    }

    /// The table that the next statement changes.
    pub(super) fn aim(&self, target: Option<&str>) {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).target = target.map(str::to_owned);
    }

    fn aims_at(&self, table: &str) -> bool {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).target.as_deref() == Some(table)
    }

    /// SQLite looks whether what a row refers to is there. A statement cannot: it cannot name the table, see [`super::line`].
    fn holds_a_reference(&self, table: &str, column: &str) -> bool {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(columns) = now.target.as_ref().and_then(|target| self.references.get(target)) else { return false };
        columns.contains(&(table.to_owned(), column.to_owned()))
    }

    fn reads(&self, table: &str, column: &str, schema: Option<&str>, inner: Option<&str>) -> bool {
        if self.open.contains(&(table.to_owned(), Act::Select)) {
            return true;
        }
        match schema {
            // The columns of our own views; not the list of what else is there.
            Some("temp") => self.inner.contains_key(table) || self.is_inner(table),
            Some("main") => match (self.inner.get(table), inner) {
                // Its view, or one of its triggers, whose names begin with that of the view.
                (Some(own), Some(inner)) if inner.starts_with(own.as_str()) => true,
                // Of the table that is changed: WHERE, SET and RETURNING.
                (_, None) if self.holds_a_reference(table, column) => true,
                (Some(_), None) => self.aims_at(table),
                (Some(_), Some(inner)) => inner.starts_with("sqlite_returning") && self.aims_at(table),
                (None, _) => false,
            },
            // `count(*)` of a name without a schema, which is a view of ours, or a part of the statement itself.
            None if column.is_empty() => {
                self.viewed.contains(table)
                    || self.is_inner(table)
                    || !(self.tables.contains(table) || table.starts_with("sqlite_") || table.starts_with("pragma_"))
            }
            _ => false,
        }
    }

    fn is_inner(&self, view: &str) -> bool {
        self.inner.values().any(|inner| inner == view)
    }

    fn changes(&self, table: &str, act: Act, schema: Option<&str>) -> bool {
        let key = (table.to_owned(), act);
        schema == Some("main") && (self.open.contains(&key) || self.guarded.contains(&key) && self.aims_at(table))
    }

    /// Whether a statement may do this.
    fn allows(&self, action: c_int, names: [Option<&str>; 4]) -> bool {
        let [first, second, schema, inner] = names;
        let table = first.unwrap_or_default();
        match action {
            ffi::SQLITE_SELECT | ffi::SQLITE_TRANSACTION | ffi::SQLITE_RECURSIVE => true,
            ffi::SQLITE_FUNCTION => second != Some("load_extension"),
            ffi::SQLITE_READ => self.reads(table, second.unwrap_or_default(), schema, inner),
            ffi::SQLITE_INSERT => self.changes(table, Act::Insert, schema),
            ffi::SQLITE_UPDATE => self.changes(table, Act::Update, schema),
            ffi::SQLITE_DELETE => self.changes(table, Act::Delete, schema),
            // ATTACH, PRAGMA, CREATE, DROP, ALTER, ANALYZE, REINDEX, and whatever SQLite learns to do.
            _ => false,
        }
    }

    fn with_role<T>(&self, read: impl FnOnce(Option<&Role>) -> T) -> T {
        read(self.now.lock().unwrap_or_else(PoisonError::into_inner).role.as_ref())
    }
}

/// Gives a connection the functions that say whose transaction it is.
///
/// # Errors
/// What SQLite says.
pub(super) async fn give_functions(conn: &mut SqliteConnection, fence: &Arc<Fence>) -> Result<(), sqlx::Error> {
    let mut handle = conn.lock_handle().await?;
    let db = handle.as_raw_handle().as_ptr();
    let functions: [(&CStr, unsafe extern "C" fn(*mut ffi::sqlite3_context, c_int, *mut *mut ffi::sqlite3_value)); 3] =
        [(c"current_customer", current_customer), (c"named_parcel", named_parcel), (c"named_share", named_share)];
    for (name, function) in functions {
        let data = Arc::into_raw(fence.clone()).cast_mut().cast::<c_void>();
        // SAFETY: `db` is locked by `handle`. SQLite owns one count of the fence for each function from here on, and gives it
        // back through `let_go`, also when this call fails.
        let code = unsafe {
            ffi::sqlite3_create_function_v2(
                db,
                name.as_ptr(),
                0,
                // Within one statement the answer is always the same, so it is asked for once.
                ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC,
                data,
                Some(function),
                None,
                None,
                Some(let_go),
            )
        };
        if code != ffi::SQLITE_OK {
            return Err(refused(code));
        }
    }
    Ok(())
}

/// Closes the fence. From here on the connection can do what `fence` allows and nothing else.
///
/// # Errors
/// What SQLite says.
pub(super) async fn close(conn: &mut SqliteConnection, fence: &Arc<Fence>) -> Result<(), sqlx::Error> {
    let mut handle = conn.lock_handle().await?;
    let data = Arc::as_ptr(fence).cast_mut().cast::<c_void>();
    // SAFETY: `db` is locked by `handle`. The functions of `give_functions` keep the fence alive for as long as the connection
    // is open, and SQLite asks no authoriser after that.
    let code = unsafe { ffi::sqlite3_set_authorizer(handle.as_raw_handle().as_ptr(), Some(authorise), data) };
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(refused(code)) }
}

fn refused(code: c_int) -> sqlx::Error {
    sqlx::Error::Configuration(format!("SQLite does not take the fence: code {code}").into())
}

/// # Safety
/// `data` came from `Arc::into_raw`, and is given here once.
unsafe extern "C" fn let_go(data: *mut c_void) {
    // SAFETY: as above.
    drop(unsafe { Arc::from_raw(data.cast_const().cast::<Fence>()) });
}

/// # Safety
/// SQLite calls it, with the fence as `data` and texts that end with a nought, or none.
unsafe extern "C" fn authorise(
    data: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    schema: *const c_char,
    inner: *const c_char,
) -> c_int {
    // SAFETY: `data` is the fence, see `close`; nobody has it mutably.
    let fence = unsafe { &*data.cast_const().cast::<Fence>() };
    let names = [first, second, schema, inner].map(|text| {
        // SAFETY: SQLite's own texts, which hold for as long as the call.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_str().unwrap_or("\u{fffd}"))
    });
    if fence.allows(action, names) { ffi::SQLITE_OK } else { ffi::SQLITE_DENY }
}

/// # Safety
/// SQLite calls it with a context whose user data is the fence.
unsafe fn role_of<T>(context: *mut ffi::sqlite3_context, read: impl FnOnce(Option<&Role>) -> T) -> T {
    // SAFETY: the user data of our functions is the fence, which SQLite's own count keeps alive.
    let fence = unsafe { &*ffi::sqlite3_user_data(context).cast_const().cast::<Fence>() };
    fence.with_role(read)
}

/// # Safety
/// SQLite calls it.
unsafe extern "C" fn current_customer(context: *mut ffi::sqlite3_context, _: c_int, _: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite's own context.
    let customer = unsafe {
        role_of(context, |role| match role {
            Some(Role::Customer(id)) => Some(*id.as_bytes()),
            _ => None,
        })
    };
    // SAFETY: as above.
    unsafe { answer(context, customer.as_ref().map(<[u8; 16]>::as_slice), false) }
}

/// # Safety
/// SQLite calls it.
unsafe extern "C" fn named_parcel(context: *mut ffi::sqlite3_context, _: c_int, _: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite's own context.
    let number = unsafe {
        role_of(context, |role| match role {
            Some(Role::Public(Named::Parcel(number))) => Some(number.clone()),
            _ => None,
        })
    };
    // SAFETY: as above.
    unsafe { answer(context, number.as_ref().map(|number| number.as_bytes()), true) }
}

/// # Safety
/// SQLite calls it.
unsafe extern "C" fn named_share(context: *mut ffi::sqlite3_context, _: c_int, _: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite's own context.
    let hash = unsafe {
        role_of(context, |role| match role {
            Some(Role::Public(Named::Share(hash))) => Some(*hash),
            _ => None,
        })
    };
    // SAFETY: as above.
    unsafe { answer(context, hash.as_ref().map(<[u8; 32]>::as_slice), false) }
}

/// # Safety
/// `context` is SQLite's own. The bytes are copied before it returns.
unsafe fn answer(context: *mut ffi::sqlite3_context, bytes: Option<&[u8]>, text: bool) {
    let Some(bytes) = bytes else {
        // SAFETY: as above.
        return unsafe { ffi::sqlite3_result_null(context) };
    };
    let length = c_int::try_from(bytes.len()).unwrap_or(0);
    // SAFETY: `length` is that of `bytes`, or less; SQLITE_TRANSIENT has SQLite copy them.
    unsafe {
        if text {
            ffi::sqlite3_result_text(context, bytes.as_ptr().cast(), length, ffi::SQLITE_TRANSIENT());
        } else {
            ffi::sqlite3_result_blob(context, bytes.as_ptr().cast(), length, ffi::SQLITE_TRANSIENT());
        }
    }
}
