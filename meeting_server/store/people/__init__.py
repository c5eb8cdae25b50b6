"""Tables about people: branches, members, roles, sign-ins, devices, the access log."""
