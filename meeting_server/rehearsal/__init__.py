"""``meeting-server rehearse``: a meeting of virtual phones against a running server, and what it says about the machine."""
