"""What every page stands on: templates, forms, sign-in, limits, headers, and the built client's files."""
