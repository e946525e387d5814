"""Random values: of every scalar type, and of the messages that JSON writes in a way of its own."""

import math
import struct

CHARACTERS = ["a", "Z", "0", " ", '"', "\\", "/", "<", "\0", "\n", "\x1f", "\x7f", "ß", "€", "𝄞",
              "\u2028", "\ufeff", "\U0010ffff"]
SPECIAL = [0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, math.nan, 1e-40, 5e-324, 1.7976931348623157e308,
           0.1, 1e21, 123456789.125, 1 / 3]


class Values:
    def __init__(self, random):
        self.random = random

    def integer(self, bits, signed):
        """A number of any length, or beside a bound."""
        random = self.random
        if random.random() < 0.5:
            value = random.choice([0, 1, 1 << 6, 1 << 7, 1 << 13, 1 << 14, 1 << 31, 1 << 32, 1 << 53,
                                   1 << 63]) + random.choice([-1, 0, 1])
        else:
            value = random.getrandbits(random.randint(1, bits))
        value &= (1 << bits) - 1
        return value - (1 << bits) if signed and value >> (bits - 1) else value

    def double(self, finite=False):
        random = self.random
        value = random.choice(SPECIAL) if random.random() < 0.6 else random.uniform(-1e9, 1e9)
        return 0.5 if finite and not math.isfinite(value) else value

    def float(self):
        value = self.double()
        if math.isfinite(value) and abs(value) > 3.4e38:
            # Python reads the shortest text of the largest one, 3.4028235e+38, as too large.
            value = 3.402823e38
        return struct.unpack("<f", struct.pack("<f", value))[0]

    def text(self):
        return "".join(self.random.choices(CHARACTERS, k=self.random.choice([0, 1, 2, 3, 8, 40])))

    def bytes(self):
        return self.random.randbytes(self.random.choice([0, 1, 2, 3, 4, 30, 130]))

    def enumeration(self, enum):
        if enum.full_name == "google.protobuf.NullValue":
            return 0  # JSON has one null
        if self.random.random() < 0.8:
            return self.random.choice(enum.values).number
        return self.integer(32, True)

    def scalar(self, field):
        kind = field.type
        if kind == field.TYPE_DOUBLE:
            return self.double()
        if kind == field.TYPE_FLOAT:
            return self.float()
        if kind == field.TYPE_BOOL:
            return self.random.random() < 0.5
        if kind == field.TYPE_STRING:
            return self.text()
        if kind == field.TYPE_BYTES:
            return self.bytes()
        if kind == field.TYPE_ENUM:
            return self.enumeration(field.enum_type)
        if kind in (field.TYPE_UINT32, field.TYPE_FIXED32):
            return self.integer(32, False)
        if kind in (field.TYPE_UINT64, field.TYPE_FIXED64):
            return self.integer(64, False)
        return self.integer(32 if "32" in field_type_name(field) else 64, True)

    def well_known(self, message, depth, fill):
        """Fills a message whose JSON is not an object of its fields; false when it is another one."""
        random = self.random
        name = message.DESCRIPTOR.full_name.removeprefix("google.protobuf.")
        if not message.DESCRIPTOR.full_name.startswith("google.protobuf."):
            return False
        if name == "Timestamp":
            message.seconds = random.choice([-62135596800, 253402300799, 0, -1, random.randint(-10**10, 10**10)])
            message.nanos = self.nanos()
        elif name == "Duration":
            message.seconds = random.choice([0, 315576000000, random.randint(0, 10**6)])
            message.nanos = 0 if message.seconds == 315576000000 else self.nanos()
            if random.random() < 0.5:
                message.seconds, message.nanos = -message.seconds, -message.nanos
        elif name == "FieldMask":
            message.paths.extend(random.choices(["a", "foo_bar", "foo_bar.baz_q", "x.y.z"], k=random.randint(0, 3)))
        elif name == "Struct":
            for _ in range(random.randint(0, 2)):
                self.well_known(message.fields[self.text()], depth + 1, fill)
        elif name == "ListValue":
            for _ in range(random.randint(0, 2)):
                self.well_known(message.values.add(), depth + 1, fill)
        elif name == "Value":
            self.value(message, depth, fill)
        elif name == "Any":
            self.any(message, fill)
        else:
            return False
        return True

    def nanos(self):
        return self.random.choice([0, 1, 1000, 500_000_000, 999_999_999, self.random.randrange(10**9)])

    def value(self, message, depth, fill):
        kind = self.random.randrange(4 if depth > 3 else 6)
        if kind == 0:
            message.null_value = 0
        elif kind == 1:
            message.number_value = self.double(finite=True)
        elif kind == 2:
            message.string_value = self.text()
        elif kind == 3:
            message.bool_value = self.random.random() < 0.5
        elif kind == 4:
            message.struct_value.SetInParent()
            self.well_known(message.struct_value, depth + 1, fill)
        else:
            message.list_value.SetInParent()
            self.well_known(message.list_value, depth + 1, fill)

    def any(self, message, fill):
        inner = fill.any_content()
        if inner is not None:
            message.Pack(inner, deterministic=True)


def field_type_name(field):
    names = {field.TYPE_INT32: "int32", field.TYPE_SINT32: "sint32", field.TYPE_SFIXED32: "sfixed32"}
    return names.get(field.type, "")
