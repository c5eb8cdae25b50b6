"""One's own pages: the first page, the account, and everything held about oneself."""
