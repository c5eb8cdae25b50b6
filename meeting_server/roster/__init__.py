"""Lists of people as offices write them: files read into rows, rows compared with the roster."""
