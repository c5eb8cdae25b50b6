"""The meeting itself: invitations, joining, the room, its socket, ballots, and the hall's devices."""
