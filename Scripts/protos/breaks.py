"""What a client would notice of a change of the contract, one line each.

Types count by their full names, whichever file they stand in; fields and values by name and number.
"""

from files import Field, is_synthetic, map_types, things, type_name

PACKABLE = set(Field.Type.values()) - {
    Field.TYPE_STRING, Field.TYPE_BYTES, Field.TYPE_MESSAGE, Field.TYPE_GROUP}


def breaks(released, present):
    """The lines that refuse `present`, a list of files, where `released` is what clients know."""
    now_by_file = {file.name: file for file in present}
    now = {thing.name: thing for file in present for thing in things(file)}
    for file in released:
        there = now_by_file.get(file.name)
        if there is not None and there.package != file.package:
            yield f"{file.name}: package was {file.package}, is {there.package}"
            continue
        if there is not None and syntax(there) != syntax(file):
            yield f"{file.name}: syntax was {syntax(file)}, is {syntax(there)}"
        for was in things(file):
            heir = now.get(was.parent.name) if was.parent else None
            # What stood in something that has gone goes with it.
            if was.parent is None or heir is not None and heir.kind == was.parent.kind:
                yield from breaks_of(was, now)


def breaks_of(was, now):
    found = now.get(was.name)
    if found is None:
        yield from gone(was, now[was.parent.name] if was.parent else None)
    elif found.kind != was.kind:
        yield f"{was.name}: was {a(was.kind)}, is {a(found.kind)}"
    else:
        after = facts(found)
        for what, before in facts(was).items():
            if after[what] != before:
                yield f"{was.name}: {what} was {before}, is {after[what]}"
        yield from freed(was, found)


def gone(was, parent):
    """The line for what is there no more, unless its name and number can never come again."""
    if was.kind == "oneof" or was.kind not in ("field", "value"):
        yield f"{was.name}: was {a(was.kind)}, is gone"
        return
    number = was.proto.number
    members = parent.proto.field if was.kind == "field" else parent.proto.value
    heirs = [member.name for member in members if member.number == number]
    if heirs:
        yield f"{was.name}: was {was.kind} {number}, which is {heirs[0]} now"
        return
    free = []
    if not any(first <= number <= last for first, last in reserved_numbers(parent)):
        free.append(f"number {number}")
    if was.proto.name not in parent.proto.reserved_name:
        free.append(f'name "{was.proto.name}"')
    if free:
        yield f"{was.name}: was {was.kind} {number}, is gone without `reserved` for its {' and its '.join(free)}"


def freed(was, found):
    """What was reserved and is no more: old clients may still send it."""
    if was.kind not in ("message", "enum"):
        return
    for name in was.proto.reserved_name:
        if name not in found.proto.reserved_name:
            yield f'{was.name}: name "{name}" was reserved, is free'
    for first, last in reserved_numbers(was):
        for lost in uncovered(first, last, reserved_numbers(found)):
            yield f"{was.name}: number {lost} was reserved, is free"


def uncovered(first, last, ranges):
    """The first number from `first` to `last` that is in no range, if there is one."""
    for start, end in sorted(ranges):
        if start <= first <= end:
            first = end + 1
    return [first] if first <= last else []


def reserved_numbers(thing):
    """First and last of each range; only those of messages are stored with the number behind the last."""
    behind = 1 if thing.kind == "message" else 0
    return [(entry.start, entry.end - behind) for entry in thing.proto.reserved_range]


def facts(thing):
    """What must stay as it is, by words for it."""
    proto = thing.proto
    if thing.kind == "field":
        return field_facts(thing)
    if thing.kind == "value":
        return {"number": proto.number}
    if thing.kind == "method":
        return {
            "kind": kind_of_method(proto),
            "request": proto.input_type.lstrip("."),
            "response": proto.output_type.lstrip("."),
            "idempotency level": type(proto.options).IdempotencyLevel.Name(proto.options.idempotency_level),
        }
    return {}


def field_facts(thing):
    proto, message = thing.proto, thing.parent.proto
    kinds = map_types(proto, message)
    if kinds:
        kind, presence = f"map<{type_name(kinds[0])}, {type_name(kinds[1])}>", "that of a map"
    else:
        kind, presence = type_name(proto), presence_of(proto, message, syntax(thing.file))
    return {
        "number": proto.number,
        "type": kind,
        "presence": presence,
        "packing": packing(proto, syntax(thing.file)),
        "JSON name": proto.json_name,
        "default": proto.default_value or "none",
    }


def presence_of(field, message, kind_of_file):
    if field.label == Field.LABEL_REPEATED:
        return "repeated"
    if field.label == Field.LABEL_REQUIRED:
        return "required"
    if field.HasField("oneof_index") and not is_synthetic(message, field.oneof_index):
        return f"oneof {message.oneof_decl[field.oneof_index].name}"
    # A message is present or missing with the word `optional` and without.
    if field.proto3_optional or field.type == Field.TYPE_MESSAGE or kind_of_file == "proto2":
        return "optional"
    return "plain"


def packing(field, kind_of_file):
    if field.label != Field.LABEL_REPEATED or field.type not in PACKABLE:
        return "none"
    is_packed = field.options.packed if field.options.HasField("packed") else kind_of_file == "proto3"
    return "packed" if is_packed else "unpacked"


def kind_of_method(method):
    sides = ["stream" if streams else "unary" for streams in (method.client_streaming, method.server_streaming)]
    return " to ".join(sides)


def syntax(file):
    return file.syntax or "proto2"


def a(kind):
    return "an enum" if kind == "enum" else f"a {kind}"
