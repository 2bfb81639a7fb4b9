"""Reads protobuf bytes that the C library has checked already, by the table in _fields.py."""

from __future__ import annotations

import datetime
from typing import Any, Union

from ._fields import FIELDS

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_YEAR_10000_MS = 253402300800000


class Message(dict[str, Any]):
    """
    One message: its fields by name, as Python has them (int, bool, str; bytes for ids; Message; list of these).

    What is absent is not in it, what repeats is there, perhaps empty. `data` are the bytes it was read from.
    """

    __slots__ = ("kind", "data")
    kind: str
    data: bytes

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it: ids in hexadecimal, times as text in UTC; what `casewire --json` prints."""
        shown: dict[str, Any] = {}
        for name, how, repeats in FIELDS[self.kind].values():
            if name in self:
                value = self[name]
                shown[name[:-3] if how in "ws" else name] = [plain(v, how) for v in value] if repeats else plain(value, how)
        return shown


Value = Union[int, bool, str, bytes, Message]


def utc(ms: int) -> str:
    """2018-03-19T16:00:00.000Z"""
    if not 0 <= ms < _YEAR_10000_MS:
        return str(ms)
    return (_EPOCH + datetime.timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


def when(ms: int) -> datetime.datetime:
    """A point in time as Python has it. What is beyond the year 9999 is the last moment of it."""
    return _EPOCH + datetime.timedelta(milliseconds=max(0, min(ms, _YEAR_10000_MS - 1)))


def plain(value: Value, how: str) -> Any:
    if isinstance(value, Message):
        return value.to_dict()
    if isinstance(value, bytes):
        return value.hex()
    if how in "ws":
        return utc(int(value))
    if how == "h":
        return f"{utc(int(value) >> 16)}+{int(value) & 0xffff}"
    return value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
        if shift > 63:
            raise ValueError("a number that does not end")


def _skip(data: bytes, at: int, wire: int) -> int:
    if wire == 0:
        return _varint(data, at)[1]
    if wire == 2:
        length, at = _varint(data, at)
        return at + length
    return at + {1: 8, 5: 4}[wire]


def _read(data: bytes, at: int, how: str) -> tuple[Value, int]:
    number, at = _varint(data, at)
    if how in "nwh":
        return number, at
    if how == "b":
        return number != 0, at
    if how in "zs":
        return (number >> 1) ^ -(number & 1), at
    if at + number > len(data):
        raise ValueError("longer than what it stands in")
    part = data[at:at + number]
    at += number
    if how == "t":
        return part.decode("utf-8", "replace"), at
    return (part if how == "x" else decode(how, part)), at


def decode(kind: str, data: bytes) -> Message:
    """Reads one message. What a newer version added is left out."""
    fields, message, at = FIELDS[kind], Message(), 0
    message.kind, message.data = kind, data
    for name, _, repeats in fields.values():
        if repeats:
            message[name] = []
    while at < len(data):
        key, at = _varint(data, at)
        field = fields.get(key >> 3)
        if field is None or key & 7 != (0 if field[1] in "nzbwsh" else 2):
            at = _skip(data, at, key & 7)
            continue
        value, at = _read(data, at, field[1])
        if field[2]:
            message[field[0]].append(value)
        else:
            message[field[0]] = value
    return message
