"""Words without tables: money, periods, statuses, listing, merge, exports, crypto. Imports no app of ours."""
