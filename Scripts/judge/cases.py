"""The binary cases of the public conformance suite, derived from the format's specification.

`Tests/Codec/CodecTests/Fixtures/conformance.txt` holds them for the tests of the codec, one a line: name,
type, input in hexadecimal, and the canonical output, or `refused`. This script prints the file, for
`make generate`; Python's protobuf must agree with every case, for `make judge`.
"""

import struct
import sys

from wire import delimited, tag, varint

I32, I64, U32, U64 = (1 << 31), (1 << 63), (1 << 32), (1 << 64)
UNKNOWN = 666
INCOMPLETE = {0: b"\x80", 1: b"abcdefg", 2: b"\x80", 5: b"abc"}


def zigzag(value):
    return value << 1 if value >= 0 else (-value << 1) - 1


def varints(*values):
    return [varint(value) for value in values]


def same(values):
    return [(value, value) for value in values]


def texts(*values):
    return [delimited(value if isinstance(value, bytes) else value.encode()) for value in values]


def packs(layout, *values):
    return same([struct.pack(layout, value) for value in values])


# Name, field number, wire type, and pairs of a value as it comes and as it is written. The first is
# the default, the second is not.
SCALARS = [
    ("double", 1, 1, packs("<d", 0.0, 0.1, -0.0, 1.7976931348623157e308, 2.2250738585072014e-308,
                           5e-324, float("inf"), float("-inf"), float("nan"))
     + same([bytes.fromhex("efbeadde0000f87f"), bytes.fromhex("010000000000f07f")])),
    ("float", 2, 5, packs("<f", 0.0, 0.1, -0.0, 1.00000075e-36, 3.4028234663852886e38, 1.17549435e-38,
                          1e-45, float("inf"), float("-inf"), float("nan"))
     + same([bytes.fromhex("0100807f")])),
    ("int32", 3, 0, same(varints(0, 12345, I32 - 1, -I32, -1)) + [
        (varint(12345, 1), varint(12345)), (varint(12345, 7), varint(12345)),
        (varint(0, 9), varint(0)), (varint(1 << 33), varint(0)), (varint((1 << 33) - 1), varint(-1)),
        (varint(I32), varint(-I32)), (varint(U32 - 1), varint(-1)), (varint(I64), varint(0))]),
    ("int64", 4, 0, same(varints(0, 12345, I64 - 1, -I64, -1)) + [
        (varint(12345, 1), varint(12345)), (varint(12345, 7), varint(12345))]),
    ("uint32", 5, 0, same(varints(0, 12345, U32 - 1)) + [
        (varint(12345, 1), varint(12345)), (varint(12345, 7), varint(12345)),
        (varint(1 << 33), varint(0)), (varint((1 << 33) - 1), varint(U32 - 1)),
        (varint(-1), varint(U32 - 1)), (varint(I64), varint(0))]),
    ("uint64", 6, 0, same(varints(0, 12345, U64 - 1, I64)) + [
        (varint(12345, 1), varint(12345)), (varint(12345, 7), varint(12345))]),
    ("sint32", 7, 0, same(varints(0, zigzag(12345), zigzag(I32 - 1), zigzag(-I32), 1)) + [
        (varint(zigzag(I32 + 1)), varint(2)), (varint(zigzag(5), 8), varint(zigzag(5)))]),
    ("sint64", 8, 0, same(varints(0, zigzag(12345), zigzag(I64 - 1), zigzag(-I64), 1)) + [
        (varint(zigzag(5), 8), varint(zigzag(5)))]),
    ("fixed32", 9, 5, packs("<I", 0, 12345, U32 - 1)),
    ("fixed64", 10, 1, packs("<Q", 0, 12345, U64 - 1)),
    ("sfixed32", 11, 5, packs("<i", 0, 12345, I32 - 1, -I32)),
    ("sfixed64", 12, 1, packs("<q", 0, 12345, I64 - 1, -I64)),
    ("bool", 13, 0, same(varints(0, 1)) + [
        (varint(value), varint(1)) for value in [2, 12345678, 1 << 33, U64 - 1, I64, 1 << 32]] + [
        (varint(1, 9), varint(1)), (varint(0, 9), varint(0))]),
    ("string", 14, 2, same(texts("", "Hello world!", "'\"?\\\a\b\f\n\r\t\v", "谷歌", "\0", "\ufeff",
                                 "\u8c37\u6b4c", "😁", "\U0010ffff", "\u0080\u07ff\u0800\uffff",
                                 "x" * 127, "x" * 128))
     + [(b"\x81\x00x", b"\x01x")]),
    ("bytes", 15, 2, same(texts(b"", b"Hello world!", b"\0", b"\xff\xfe", b"\x80" * 128))),
    ("enum", 16, 0, same(varints(0, 1, -1, I32 - 1, -I32, 7, -7)) + [
        (varint(I32), varint(-I32)), (varint(U32 + 1), varint(1)), (varint(1 << 33), varint(0)),
        (varint(1, 9), varint(1))]),
    ("message", 17, 2, same([delimited(b""), delimited(tag(3, 0) + varint(1234))])
     + [(delimited(tag(3, 0) + varint(0)), delimited(b""))]),
]
MAPS = [  # name, field number, key, value
    ("string.string", 1, "string", "string"), ("int32.int64", 2, "int32", "int64"),
    ("sint64.enum", 3, "sint64", "enum"), ("fixed64.double", 4, "fixed64", "double"),
    ("bool.bytes", 5, "bool", "bytes"), ("uint32.message", 6, "uint32", "message"),
    ("int64.float", 8, "int64", "float"), ("uint64.bool", 9, "uint64", "bool"),
    ("sint32.uint32", 10, "sint32", "uint32"), ("fixed32.sint32", 11, "fixed32", "sint32"),
    ("sfixed64.fixed64", 12, "sfixed64", "fixed64"), ("string.bytes", 13, "string", "bytes"),
    ("string.sfixed64", 14, "string", "sfixed64"), ("string.enum", 15, "string", "enum"),
]
WIRE_TYPES = {name: wire_type for name, _, wire_type, _ in SCALARS}
VALUES = {name: values for name, _, _, values in SCALARS}
REFUSED = None
# Python takes field number 0 inside of an unknown group, and keeps an entry of a map that has a surplus
# field as an unknown field. The specification refuses the one; the other is what C++ does.
PYTHON_DIFFERS = ["ZeroInside", "UnknownFieldInMapEntry"]


def premature_ends():
    for name, number, wire_type, _ in SCALARS:
        one, part = tag(number, wire_type), INCOMPLETE[wire_type]
        stranger = tag(UNKNOWN, wire_type)
        for where, kind, head in [("KnownNonRepeatedValue", "Scalars", one),
                                  ("KnownRepeatedValue", "Lists", one),
                                  ("UnknownValue", "Scalars", stranger)]:
            if name == "message" and kind == "Scalars" and head == one:
                kind = "Optionals"
            yield f"PrematureEofBefore{where}.{name}", kind, head, REFUSED
            yield f"PrematureEofInside{where}.{name}", kind, head + part, REFUSED
            if wire_type == 2:
                yield f"PrematureEofInDelimitedDataFor{where}.{name}", kind, head + b"\x01", REFUSED
        if wire_type != 2:
            packed = tag(number, 2)
            yield f"PrematureEofInPackedFieldValue.{name}", "Lists", packed + delimited(part), REFUSED
            yield f"PrematureEofInPackedField.{name}", "Lists", packed + varint(len(part)), REFUSED
            yield f"PrematureEofInSubmessageValue.{name}", "Optionals", tag(17, 2) + delimited(one + part), REFUSED
            yield f"PrematureEofBehindSubmessage.{name}", "Optionals", (
                tag(17, 2) + delimited(one + part) + b"\x00" * 8), REFUSED


def tags():
    for case, data in enumerate([b"\1DEADBEEF", b"\2\1\1", b"\3\4", b"\5DEAD", b"\0\1", b"\x80\x00\1"]):
        yield f"IllegalZeroFieldNum.{case}", "Scalars", data, REFUSED
    for wire_type in (6, 7):
        yield f"BadWireType.{wire_type}", "Scalars", tag(3, wire_type) + b"\0" * 8, REFUSED
        yield f"BadWireType.Unknown{wire_type}", "Scalars", tag(UNKNOWN, wire_type) + b"\0" * 8, REFUSED
    yield "BadTag.FieldNumberSlightlyTooHigh", "Scalars", varint(1 << 32) + b"\0", REFUSED
    yield "BadTag.FieldNumberTooHigh", "Scalars", varint(1 << 40) + b"\0", REFUSED
    yield "BadTag.FieldNumberOf61Bits", "Scalars", varint(U64 - 8) + b"\0", REFUSED
    yield "BadTag.KnownAbove32Bits", "Scalars", varint((1 << 32) + (3 << 3)) + b"\5", REFUSED
    for surplus, length in enumerate(range(1, 11)):
        accepted = length <= 5
        yield f"OverlongTag.{length}Bytes", "Scalars", varint(3 << 3, surplus) + b"\5", (
            tag(3, 0) + b"\5" if accepted else REFUSED)
    yield "OverlongTag.11Bytes", "Scalars", b"\x98" + b"\x80" * 9 + b"\0\5", REFUSED
    yield "LastFieldNumber", "Numbers", tag(536870911, 2) + b"\1x", tag(536870911, 2) + b"\1x"
    yield "LastFieldNumber.Unknown", "Scalars", tag(536870911, 0) + b"\1", tag(536870911, 0) + b"\1"


def groups():
    field = tag(UNKNOWN, 0) + b"\1"
    start, end = tag(UNKNOWN, 3), tag(UNKNOWN, 4)
    other = tag(UNKNOWN + 1, 4)
    accepted = {
        "Empty": start + end, "Field": start + field + end, "Nested": start + tag(5, 3) + tag(5, 4) + end,
        "Same": start + start + end + end, "KnownNumber": tag(3, 3) + b"\x18\1" + tag(3, 4),
        "Delimited": start + tag(1, 2) + b"\2\x0c\x0c" + end, "Fixed": start + tag(2, 5) + end[:2] * 2 + end,
        "TenDeep": start * 10 + end * 10,
    }
    for name, data in accepted.items():
        yield f"UnknownGroup.{name}", "Scalars", data, data
    refused = {
        "EndAlone": end, "EndOfKnown": tag(3, 4), "EndBehindField": b"\x18\1" + end, "StartAlone": start,
        "OtherEnd": start + other, "Crossed": start + tag(5, 3) + end + tag(5, 4),
        "MissingInner": start + tag(5, 3) + end, "TwoEnds": start + end + end,
        "TruncatedField": start + tag(UNKNOWN, 0), "ZeroInside": start + b"\0\1" + end,
        "BadWireTypeInside": start + tag(1, 7) + end,
    }
    for name, data in refused.items():
        yield f"UnmatchedGroup.{name}", "Scalars", data, REFUSED
        yield f"UnmatchedGroup.{name}InSubmessage", "Optionals", tag(17, 2) + delimited(data), REFUSED
    yield "UnmatchedGroup.EndOutside", "Optionals", tag(17, 2) + delimited(start) + end, REFUSED
    yield "UnmatchedGroup.InMapEntry", "Maps", tag(1, 2) + delimited(end), REFUSED


def scalars():
    for name, number, wire_type, values in SCALARS:
        one = tag(number, wire_type)
        presence = "Optionals"
        for index, (given, written) in enumerate(values):
            if name != "message":
                default = written == values[0][1]
                yield f"ValidDataScalar.{name}[{index}]", "Scalars", one + given, b"" if default else one + written
            yield f"ValidDataOptional.{name}[{index}]", presence, one + given, one + written
            yield f"ValidDataOneof.{name}[{index}]", "ScalarChoice", one + given, one + written
        if name != "message":
            everything = b"".join(one + given for given, _ in values)
            last = values[1]
            yield f"RepeatedScalarSelectsLast.{name}", "Scalars", everything + one + last[0], one + last[1]
            yield f"RepeatedScalarSelectsLastDefault.{name}", "Scalars", everything + one + values[0][0], b""
            yield f"RepeatedOptionalSelectsLast.{name}", "Optionals", everything + one + values[0][0], one + values[0][1]
        wrong = 5 if wire_type != 5 else 1
        other = tag(number, wrong) + b"12345678"[:4 if wrong == 5 else 8]
        kind = "Optionals" if name == "message" else "Scalars"
        yield f"WrongWireTypeIsUnknown.{name}", kind, other, other


def lists():
    for name, number, wire_type, values in SCALARS:
        one = tag(number, wire_type)
        unpacked = b"".join(one + given for given, _ in values)
        if wire_type == 2:
            yield f"ValidDataRepeated.{name}", "Lists", unpacked, b"".join(one + written for _, written in values)
            continue
        packed = tag(number, 2) + delimited(b"".join(given for given, _ in values))
        packed_out = tag(number, 2) + delimited(b"".join(written for _, written in values))
        unpacked_out = b"".join(one + written for _, written in values)
        for kind, out in [("Lists", packed_out), ("UnpackedLists", unpacked_out)]:
            output = "PackedOutput" if kind == "Lists" else "UnpackedOutput"
            yield f"ValidDataRepeated.{name}.UnpackedInput.{output}", kind, unpacked, out
            yield f"ValidDataRepeated.{name}.PackedInput.{output}", kind, packed, out
            yield f"ValidDataRepeated.{name}.EmptyPackedInput.{output}", kind, tag(number, 2) + b"\0", b""
            given, written = values[1]
            mixed = one + given + tag(number, 2) + delimited(given * 2) + tag(number, 2) + b"\0" + one + given
            four = tag(number, 2) + delimited(written * 4) if kind == "Lists" else (one + written) * 4
            yield f"ValidDataRepeated.{name}.MixedInput.{output}", kind, mixed, four


def maps():
    for name, number, key, value in MAPS:
        keys, values = VALUES[key], VALUES[value]
        key_tag, value_tag = tag(1, WIRE_TYPES[key]), tag(2, WIRE_TYPES[value])
        first, second = key_tag + keys[0][1], key_tag + keys[1][1]
        zero, one = value_tag + values[0][1], value_tag + values[1][1]

        def entry(*parts):
            return tag(number, 2) + delimited(b"".join(parts))

        default, full = entry(first, zero), entry(second, one)
        cases = {
            "Default": (entry(first, zero), default), "MissingDefault": (entry(), default),
            "MissingKey": (entry(one), entry(first, one)), "MissingValue": (entry(second), entry(second, zero)),
            "NonDefault": (full, full), "Unordered": (entry(one, second), full),
            "DuplicateKey": (entry(second, zero) + full, full),
            "DuplicateKeyToDefault": (full + entry(second, zero), entry(second, zero)),
            "DuplicateKeyInMapEntry": (entry(first, second, one), full),
            "DuplicateKeyBehindValue": (entry(first, one, second), full),
            "UnknownFieldInMapEntry": (entry(second, tag(3, 0) + b"\1", one, tag(UNKNOWN, 2) + b"\1x"), full),
            "TwoKeys": (full + default, default + full),
        }
        if value != "message":
            cases["DuplicateValueInMapEntry"] = (entry(second, zero, one), full)
            cases["DuplicateValueToDefault"] = (entry(second, one, zero), entry(second, zero))
        for case, (data, output) in cases.items():
            yield f"ValidDataMap.{name}.{case}", "Maps", data, output
        yield f"ValidDataMap.{name}.TruncatedEntry", "Maps", entry(second, one)[:-1], REFUSED
        yield f"ValidDataMap.{name}.EntryTooShort", "Maps", entry(second, value_tag), REFUSED
    scalars_field = lambda content: tag(2, 2) + delimited(content)  # noqa: E731
    parts = tag(6, 2) + delimited(b"\x08\1" + scalars_field(b"\x18\1\x68\1") + scalars_field(b"\x18\2"))
    merged = tag(6, 2) + delimited(b"\x08\1" + scalars_field(b"\x18\2\x68\1"))
    yield "ValidDataMap.uint32.message.MergeValue", "Maps", parts, merged
    replaced = tag(6, 2) + delimited(b"\x08\1" + scalars_field(b"\x68\1")) + merged[:0] + (
        tag(6, 2) + delimited(b"\x08\1" + scalars_field(b"\x18\2")))
    yield "ValidDataMap.uint32.message.SecondEntryReplaces", "Maps", replaced, (
        tag(6, 2) + delimited(b"\x08\1" + scalars_field(b"\x18\2")))


def oneofs():
    for index, (name, number, wire_type, values) in enumerate(SCALARS):
        one = tag(number, wire_type)
        zero, full = one + values[0][1], one + values[1][1]
        yield f"ValidDataOneof.{name}.DefaultValue", "ScalarChoice", zero, zero
        yield f"ValidDataOneof.{name}.NonDefaultValue", "ScalarChoice", full, full
        if name != "message":
            yield f"ValidDataOneof.{name}.MultipleValuesForSameField", "ScalarChoice", zero + full, full
            yield f"ValidDataOneof.{name}.LastIsDefault", "ScalarChoice", full + zero, zero
        other_name, other_number, other_type, other_values = SCALARS[index - 1]
        other = tag(other_number, other_type) + other_values[1][1]
        yield f"ValidDataOneof.{name}.MultipleValuesForDifferentField", "ScalarChoice", other + full, full
    one, two = b"\x18\1\x68\1", b"\x18\2\x72\1x"
    first, second = (tag(17, 2) + delimited(part) for part in (one, two))
    merged = tag(17, 2) + delimited(b"\x18\2\x68\1\x72\1x")
    yield "ValidDataOneof.message.Merge", "ScalarChoice", first + second, merged
    yield "ValidDataOneof.message.NoMergeAcrossOther", "ScalarChoice", first + b"\x68\1" + second, second
    yield "ValidDataScalar.message.Merge", "Optionals", first + second, merged
    yield "ValidDataScalar.message.MergeAroundOther", "Optionals", first + b"\x68\1" + second, b"\x68\1" + merged
    lists = [tag(3, 2) + b"\1\1", tag(3, 0) + b"\2", tag(44, 0) + b"\1"]
    yield "ValidDataRepeated.Merge", "Lists", lists[0] + lists[2] + lists[1], tag(3, 2) + b"\2\1\2" + lists[2]


def unknown_fields():
    fields = [tag(UNKNOWN, 0) + b"\1", tag(UNKNOWN + 1, 1) + b"12345678", tag(UNKNOWN, 2) + b"\3abc",
              tag(UNKNOWN + 2, 5) + b"1234", tag(UNKNOWN, 0) + b"\2", tag(UNKNOWN, 3) + tag(UNKNOWN, 4)]
    for index, field in enumerate(fields):
        yield f"UnknownField[{index}]", "Scalars", field, field
        yield f"UnknownField.InSubmessage[{index}]", "Optionals", (
            tag(17, 2) + delimited(field)), tag(17, 2) + delimited(field)
    everything = b"".join(fields)
    yield "UnknownOrdering", "Scalars", everything, everything
    yield "UnknownOrdering.Reversed", "Scalars", b"".join(reversed(fields)), b"".join(reversed(fields))
    yield "UnknownOrdering.AroundKnown", "Scalars", fields[0] + b"\x68\1" + fields[1] + b"\x18\1" + fields[2], (
        b"\x18\1\x68\1" + fields[0] + fields[1] + fields[2])
    yield "UnknownVarint", "Nothing", b"\xa8\x1f\1", b"\xa8\x1f\1"
    yield "UnknownVarint.Long", "Nothing", b"\xa8\x1f" + varint(U64 - 1), b"\xa8\x1f" + varint(U64 - 1)


def limits_of_varints():
    for name, number, wire_type, _ in SCALARS:
        if wire_type != 0:
            continue
        eleven = tag(number, 0) + b"\x80" * 10 + b"\1"
        yield f"OverlongVarint.{name}.11Bytes", "Scalars", eleven, REFUSED
        yield f"OverlongVarint.{name}.11BytesPacked", "Lists", tag(number, 2) + delimited(b"\x80" * 10 + b"\0"), REFUSED
        yield f"OverlongVarint.{name}.Endless", "Scalars", tag(number, 0) + b"\xff" * 20, REFUSED
    for surplus, length in enumerate(range(1, 11)):
        message, output = varint(1, surplus) + b"x", tag(14, 2) + b"\1x"
        yield f"OverlongLength.{length}Bytes", "Scalars", tag(14, 2) + message, (
            output if length <= 5 else REFUSED)
        yield f"OverlongLength.{length}BytesUnknown", "Scalars", tag(UNKNOWN, 2) + message, (
            tag(UNKNOWN, 2) + message if length <= 5 else REFUSED)
    yield "OverlongVarint.Unknown11Bytes", "Scalars", tag(UNKNOWN, 0) + b"\x80" * 10 + b"\1", REFUSED
    yield "OverlongVarint.Length11Bytes", "Scalars", tag(14, 2) + b"\x81" + b"\x80" * 9 + b"\0x", REFUSED
    for number, kind in [(14, "Scalars"), (15, "Scalars"), (UNKNOWN, "Scalars"), (17, "Optionals"), (3, "Lists")]:
        for length in [I32 - 1, I32, U32 - 1, U32, I64 - 1, I64, U64 - 1]:
            yield f"LengthTooLarge.{number}.{length}", kind, tag(number, 2) + varint(length) + b"x", REFUSED


def utf8():
    bad = {"Continuation": b"\x80", "Truncated": b"\xc3", "Broken": b"\xc3\x28", "OverlongNul": b"\xc0\x80",
           "OverlongSlash": b"\xe0\x80\xaf", "Surrogate": b"\xed\xa0\x80", "SurrogatePair": b"\xed\xa0\x81\xed\xb0\x80",
           "TooHigh": b"\xf4\x90\x80\x80", "FiveBytes": b"\xf8\x88\x80\x80\x80", "FF": b"ab\xffcd",
           "InTheMiddle": b"x" * 20 + b"\xe2\x82" + b"x" * 20}
    for name, data in bad.items():
        text = delimited(data)
        for where, kind, message in [
            ("String", "Scalars", tag(14, 2) + text), ("OptionalString", "Optionals", tag(14, 2) + text),
            ("RepeatedString", "Lists", tag(14, 2) + b"\1x" + tag(14, 2) + text),
            ("OneofString", "ScalarChoice", tag(14, 2) + text),
            ("MapKey", "Maps", tag(1, 2) + delimited(tag(1, 2) + text + tag(2, 2) + b"\1x")),
            ("MapValue", "Maps", tag(1, 2) + delimited(tag(1, 2) + b"\1x" + tag(2, 2) + text)),
            ("InSubmessage", "Optionals", tag(17, 2) + delimited(tag(14, 2) + text)),
        ]:
            yield f"RejectInvalidUtf8.{where}.{name}", kind, message, REFUSED
        yield f"RejectInvalidUtf8.NotBytes.{name}", "Scalars", tag(15, 2) + text, tag(15, 2) + text
        yield f"RejectInvalidUtf8.NotUnknown.{name}", "Scalars", tag(UNKNOWN, 2) + text, tag(UNKNOWN, 2) + text


def all_cases():
    for theme in [premature_ends, tags, groups, scalars, lists, maps, oneofs, unknown_fields,
                  limits_of_varints, utf8]:
        for name, kind, data, output in theme():
            yield name, f"diyml.codectest.{kind}", data, output


def line(case):
    name, kind, data, output = case
    return f"{name} {kind} {data.hex() or '-'} {'refused' if output is None else output.hex() or '-'}\n"


def judge_cases(judge):
    """Puts every case before Python and before us; returns how many there are."""
    count = 0
    for name, kind, data, output in all_cases():
        count += 1
        theirs = judge.read(kind, data)
        if any(part in name for part in PYTHON_DIFFERS):
            pass
        elif (theirs is None) != (output is None):
            judge.disagree(kind, f"{name}: Python {'refuses' if theirs is None else 'accepts'}", data)
        elif theirs is not None and not judge.equal(theirs, judge.read(kind, output)):
            judge.disagree(kind, f"{name}: Python has other content than {output.hex()}", data)
        verdict, ours = judge.testee.ask(kind, data, 1)
        if (verdict, ours) != ("binary", output) and not (verdict == "parse_error" and output is None):
            judge.disagree(kind, f"{name}: we say {verdict} {ours!r}", data)
    return count


if __name__ == "__main__":
    sys.stdout.write("".join(line(case) for case in all_cases()))
