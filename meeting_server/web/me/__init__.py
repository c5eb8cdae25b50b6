"""The viewer's own pages: the home page, the account, and everything stored about them."""
