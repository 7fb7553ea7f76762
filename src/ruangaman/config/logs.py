"""Logs name what failed, never the values: a traceback's text or a request line can identify a person."""

from __future__ import annotations

import logging
import traceback


class NoValues(logging.Filter):
    """Replaces exception text by its type and place, and cuts addresses down to nothing that was typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always lets it pass."""
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            frames = [
                f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-8:]
            ]
            record.msg = f"{record.name.rsplit('.', 1)[-1]} failed: {kind.__name__} at {' > '.join(frames)}"
            record.args = None
            record.exc_info = None
            record.exc_text = None
        return True
