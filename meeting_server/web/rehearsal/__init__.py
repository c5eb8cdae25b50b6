"""A rehearsal beside the meetings of this server: its control socket, its people, and what the server measures of itself."""
