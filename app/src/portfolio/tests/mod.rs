//! What the portfolio promises: golden figures worked by hand, and store and feed on SQLite and on PostgreSQL.
