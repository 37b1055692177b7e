-- Every dispatch moves a row of officer_load: with room on its page it needs no new entry in any index.
alter table officer_load set (fillfactor = 40);
