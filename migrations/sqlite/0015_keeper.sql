-- The keeper, who makes backups. On SQLite it has the connection without a fence, and needs nothing of its own here; the
-- PostgreSQL file of the same name makes its role.
select 1;
