"""Who was there: a meeting's report, a branch's year, and objections to what is held."""
