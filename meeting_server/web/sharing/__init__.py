"""What leaves the server: downloads, podcast feeds, and resources for other institutions."""
