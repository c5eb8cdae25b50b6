"""What a person does that changes something: one act a function, one transaction, its line in the access log inside it.

A page reads the request, calls one act and renders; whoever stops an act anywhere finds nothing of it, or all (ADR 0011).
"""
