//! The table of routes. A route cannot be served without being listed, so that the tests can try every one of them as
//! somebody else.

use super::Services;
use axum::{Router, routing::MethodRouter};
use guichet_platform::staff::Capability;

/// Who may ask for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A signed-in customer, for what is theirs; anybody else is sent to sign in, or told that there is nothing.
    Customer,
    /// Anybody of the institution.
    AnyStaff,
    /// Somebody of the institution whose role lets them; for anybody else there is nothing.
    Staff(Capability),
}

/// A route, by its method and template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteEntry {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// `/accounts/{account}`.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
}

impl RouteEntry {
    /// Whether it is for the institution's people; the set-up is, though nobody can sign in yet.
    fn is_desk(&self) -> bool {
        matches!(self.access, Access::AnyStaff | Access::Staff(_)) || self.path.starts_with("/setup")
    }
}

/// Routes, as a router and as a list.
#[derive(Debug, Default)]
pub struct Routes {
    router: Router<Services>,
    /// Those that take files, under bounds of their own.
    uploads: Router<Services>,
    /// The administration's, which can have an address of its own.
    desk: Router<Services>,
    desk_uploads: Router<Services>,
    list: Vec<RouteEntry>,
}

impl Routes {
    /// A page or a file for a reader: `GET`.
    #[must_use]
    pub fn get(self, path: &'static str, access: Access, handler: MethodRouter<Services>) -> Self {
        self.add(RouteEntry { method: "GET", path, access }, handler)
    }

    /// A change: `POST`.
    #[must_use]
    pub fn post(self, path: &'static str, access: Access, handler: MethodRouter<Services>) -> Self {
        self.add(RouteEntry { method: "POST", path, access }, handler)
    }

    /// A change that brings files: `POST`, of a body that is larger than a form and that the handler streams.
    #[must_use]
    pub fn upload(mut self, path: &'static str, access: Access, handler: MethodRouter<Services>) -> Self {
        let entry = RouteEntry { method: "POST", path, access };
        self.list.push(entry);
        let uploads = if entry.is_desk() { &mut self.desk_uploads } else { &mut self.uploads };
        *uploads = std::mem::take(uploads).route(path, handler);
        self
    }

    fn add(mut self, entry: RouteEntry, handler: MethodRouter<Services>) -> Self {
        self.list.push(entry);
        let router = if entry.is_desk() { &mut self.desk } else { &mut self.router };
        *router = std::mem::take(router).route(entry.path, handler);
        self
    }

    /// With another domain's.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        self.router = self.router.merge(other.router);
        self.uploads = self.uploads.merge(other.uploads);
        self.desk = self.desk.merge(other.desk);
        self.desk_uploads = self.desk_uploads.merge(other.desk_uploads);
        self
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &[RouteEntry] {
        &self.list
    }

    /// The routers: of pages and forms, and of what takes files; with the administration's, or without.
    pub fn into_routers(self, desk: bool) -> (Router<Services>, Router<Services>) {
        if desk {
            (self.router.merge(self.desk), self.uploads.merge(self.desk_uploads))
        } else {
            (self.router, self.uploads)
        }
    }
}
