-- A case is rewritten two or three times within seconds of being made: half the page is kept for that.
alter table case_file set (fillfactor = 50);
