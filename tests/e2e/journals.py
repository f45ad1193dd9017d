"""Reading and changing journals (proto/journal.h), so that tests can falsify one."""

import struct
import zlib
from typing import NamedTuple

MAGIC = b"codecomp-journal"


class Record(NamedTuple):
    number: int
    direction: bytes  # b"H", b"I" or b"O"
    bytes: bytes


def read(path):
    data, at, records = path.read_bytes(), len(MAGIC), []
    assert data[:at] == MAGIC
    while at < len(data):
        length, number, direction, _ = struct.unpack_from("<IQcI", data, at)
        at += 21  # the head: those, and its own checksum
        records.append(Record(number, direction, data[at:at + length]))
        at += length
    return records


def write(path, records):
    data = MAGIC
    for record in records:
        head = struct.pack("<IQcI", len(record.bytes), record.number, record.direction,
                           zlib.crc32(record.bytes))
        data += head + struct.pack("<I", zlib.crc32(head)) + record.bytes
    path.write_bytes(data)
