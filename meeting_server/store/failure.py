"""The exception every store raises if the database can't be used now (full, locked, gone)."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

StorageFailure = OperationalError
