"""Random bytes of a message: every way in which the wire format lets a sender write one."""

import struct

from values import Values


def varint(value, surplus=0):
    """Base 128; `surplus` bytes longer than it must be."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    while surplus and len(out) < 10:
        out[-1] |= 128
        out.append(0)
        surplus -= 1
    return bytes(out)


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def holds_maps(descriptor, seen):
    """Whether there is a map in a message or in one inside it."""
    if descriptor.full_name in seen:
        return False
    seen.add(descriptor.full_name)
    inner = [field.message_type for field in descriptor.fields if field.type == field.TYPE_MESSAGE]
    return any(one.GetOptions().map_entry or holds_maps(one, seen) for one in inner)


def delimited(content):
    return varint(len(content)) + content


def wire_type(field):
    if field.type in (field.TYPE_DOUBLE, field.TYPE_FIXED64, field.TYPE_SFIXED64):
        return 1
    if field.type in (field.TYPE_FLOAT, field.TYPE_FIXED32, field.TYPE_SFIXED32):
        return 5
    return 2 if field.type in (field.TYPE_STRING, field.TYPE_BYTES, field.TYPE_MESSAGE) else 0


class Wire:
    def __init__(self, schema, random):
        self.schema = schema
        self.random = random
        self.values = Values(random)

    def message(self, name):
        descriptor = self.schema.pool.FindMessageTypeByName(name)
        data = self.content(descriptor, 0)
        # Python keeps an entry of a map that has a surplus field as an unknown field, whole.
        is_damaged = self.random.random() < 0.1 and not holds_maps(descriptor, set())
        return self.damaged(data) if is_damaged else data

    def damaged(self, data):
        """One byte changed, lost or too many, or the end missing."""
        if not data:
            return self.random.randbytes(2)
        at = self.random.randrange(len(data))
        return self.random.choice([
            data[:at],
            data[:at] + self.random.randbytes(1) + data[at + 1:],
            data[:at] + data[at + 1:],
            data[:at] + self.random.randbytes(1) + data[at:],
        ])

    def content(self, descriptor, depth):
        likely = min(0.7, 5 / max(1, len(descriptor.fields)))
        parts = []
        for field in descriptor.fields:
            if self.random.random() < likely and (depth < 4 or wire_type(field) != 2):
                parts += self.field(field, depth)
        if self.random.random() < 0.1:
            parts.append(self.unknown(descriptor))
        self.random.shuffle(parts)
        return b"".join(parts)

    def field(self, field, depth):
        count = self.random.choice([1, 1, 1, 2, 3] if not field.is_repeated else [1, 2, 3, 4])
        if field.is_repeated and wire_type(field) != 2 and self.random.random() < 0.6:
            content = b"".join(self.value(field, depth) for _ in range(count))
            return [tag(field.number, 2) + delimited(content)] * self.random.randint(1, 2)
        return [tag(field.number, wire_type(field)) + self.value(field, depth) for _ in range(count)]

    def value(self, field, depth):
        kind = field.type
        if kind == field.TYPE_MESSAGE:
            entry = field.message_type.GetOptions().map_entry
            return delimited(self.entry(field.message_type, depth) if entry
                             else self.content(field.message_type, depth + 1))
        if kind == field.TYPE_STRING:
            return delimited(self.values.text().encode())
        if kind == field.TYPE_BYTES:
            return delimited(self.values.bytes())
        width = {1: 8, 5: 4}.get(wire_type(field))
        if width:
            return self.special(kind, field) or self.random.randbytes(width)
        value = self.random.choice([self.values.integer(64, False), self.values.integer(6, False)])
        if kind == field.TYPE_ENUM and self.random.random() < 0.7:
            value = self.values.enumeration(field.enum_type)
        return varint(value, self.random.choice([0, 0, 0, 1, 9]))

    def special(self, kind, field):
        if kind == field.TYPE_DOUBLE:
            return struct.pack("<d", self.values.double())
        return struct.pack("<f", self.values.float()) if kind == field.TYPE_FLOAT else None

    def entry(self, descriptor, depth):
        """The entry of a map: parts may be missing, doubled, or in the other order."""
        parts = []
        for field in descriptor.fields:
            for _ in range(self.random.choice([0, 1, 1, 1, 1, 2])):
                parts.append(tag(field.number, wire_type(field)) + self.value(field, depth + 1))
        self.random.shuffle(parts)
        return b"".join(parts)

    def unknown(self, descriptor):
        """A field of another number, or a known one with another wire type."""
        random = self.random
        known = random.choice(descriptor.fields).number if descriptor.fields else 1
        number = random.choice([16777215, 536870911, known])
        field = descriptor.fields_by_number.get(number)
        types = {0, 1, 2, 3, 5}
        if field is not None:
            types -= {wire_type(field)} | ({2} if field.is_repeated else set())
        kind = random.choice(sorted(types))
        content = {0: b"\x96\x01", 1: b"12345678", 2: b"\x01x", 5: b"1234",
                   3: b"\x08\x01\x13\x14" + tag(number, 4)}[kind]
        return tag(number, kind) + content
