-- A fact is rewritten as its contact is dispatched and answered: half the page is kept for that.
alter table fact set (fillfactor = 50);
