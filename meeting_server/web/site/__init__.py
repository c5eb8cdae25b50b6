"""What every page needs: templates, forms, sign-in, limits, headers, and the built client's files."""
