"""Invitations, the door of a meeting and the devices of its halls."""
