"""The exception by which every store says that the database cannot be used just now (full, locked, gone)."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

StorageFailure = OperationalError
