"""The meeting itself: invitations, the way in, the room, its socket, ballots, and the hall's devices."""
