"""The branch and its people: the tree, members and roles, rosters, ways in, the access log."""
