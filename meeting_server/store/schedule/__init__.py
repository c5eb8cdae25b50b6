"""Tables of planned meetings: the schedule, documents, invitations, absence requests, rules."""
