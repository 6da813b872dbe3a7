"""The parts of the reference's codecs that are not CPython's json itself."""

import base64
import json
import pickle
from collections import deque
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from json.scanner import c_make_scanner
from uuid import UUID


def special(value):
    """A value that json cannot write, as one that it can."""
    if isinstance(value, (Decimal, UUID, bytes)):
        return str(value)
    if isinstance(value, (date, time)):
        return _date_text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, deque)):
        return list(value)
    to_json = getattr(value, "__json__", None)
    if to_json is not None:
        return to_json()
    raise TypeError(f"a value of type '{type(value).__name__}' cannot be written as JSON")


def _date_text(value):
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def to_pickle(value):
    return base64.b64encode(pickle.dumps(value))


def from_pickle(data):
    return pickle.loads(base64.b64decode(data))


to_base64 = base64.b64encode
from_base64 = base64.b64decode
loads = json.loads
scan = c_make_scanner(json.JSONDecoder())
