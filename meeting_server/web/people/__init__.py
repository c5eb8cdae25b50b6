"""The branch and its people: the tree, members and roles, rosters, sign-in, the access log."""
