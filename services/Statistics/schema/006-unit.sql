-- A unit's own year without reading the city's: 20 ms became 1.5 at 120,000 contacts a year, and it doesn't grow with the other units'. All units
-- side by side read everything (31 ms); counters by month and unit would be nearly as many (88,000), so there are none.
-- It costs 5 us a new row.
create index counter_unit on counter (unit_code, day);
