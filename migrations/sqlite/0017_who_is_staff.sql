-- On PostgreSQL the back office's hand is allowed to tell the institution's people from customers. SQLite has no such hand, and
-- needs nothing; the number is kept, so that both count the same.
select 1;
