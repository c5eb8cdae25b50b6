"""Who is there, on what evidence, and what the record says of it."""
