"""The ballot box: its port, the box itself, blind signatures, and what is signed and proved about ballots."""
