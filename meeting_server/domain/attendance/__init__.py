"""Who is present, on what evidence, and what the record says about it."""
