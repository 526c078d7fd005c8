-- The back office's hand may tell the institution's people from customers: they are in no document, so a comparison of what
-- documents make leaves them out. Who they are, and nothing else.
create policy feed on staff for select to guichet_feed using (true);
grant select (customer_id) on staff to guichet_feed;
