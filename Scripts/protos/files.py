"""The .proto files of the public contract: their descriptors, and the comments that stand in them."""

import os
import re
import subprocess
import sys
import tempfile

try:
    from google.protobuf import descriptor_pb2
except ImportError:
    sys.exit(f"{os.path.basename(sys.argv[0])}: Python's protobuf is not in .build/diyml/python: run `make setup`")

Field = descriptor_pb2.FieldDescriptorProto

# What clients are made from. The other folders of Protos are between programs of one release.
FOLDERS = ["diyml/v1", "rpc/v1"]
# A comment's line for the generator: the field is left out of texts.
REDACTED = "debug_redact"


def compile_files(root, names, with_comments=False):
    """The files by their names, in that order, as protoc reads them."""
    with tempfile.TemporaryDirectory() as scratch:
        output = os.path.join(scratch, "set.bin")
        command = ["protoc", f"-I{root}", f"--descriptor_set_out={output}"]
        command += ["--include_source_info"] if with_comments else []
        if subprocess.run(command + names).returncode:
            sys.exit(1)  # protoc has said why.
        with open(output, "rb") as file:
            found = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    files = {file.name: file for file in found.file}
    return [files[name] for name in names]


def contract(with_comments=False):
    names = [f"{folder}/{name}" for folder in FOLDERS for name in sorted(os.listdir(f"Protos/{folder}"))
             if name.endswith(".proto")]
    return compile_files("Protos", names, with_comments)


def type_name(field):
    """What stands before a field's name, without its label: `string`, `diyml.v1.Box`."""
    if field.type_name:
        return field.type_name.lstrip(".")
    return Field.Type.Name(field.type).removeprefix("TYPE_").lower()


def map_types(field, message):
    """Of a map the types of key and value, else nothing. `message` declares the field."""
    for nested in message.nested_type:
        if nested.options.map_entry and field.type_name.endswith(f".{message.name}.{nested.name}"):
            return nested.field[0], nested.field[1]
    return None


class Thing:
    """A declaration with its comment. `parent` is the thing around it, nothing for those of a file."""

    def __init__(self, kind, proto, name, file, parent, comment, line):
        self.kind, self.proto, self.name, self.file, self.parent = kind, proto, name, file, parent
        self.line = line
        lines = [text.strip() for text in comment.split("\n")]
        self.is_redacted = REDACTED in lines
        self.comment = "\n".join(text for text in lines if text != REDACTED).strip()


def things(file):
    """All that a file declares, in its order, without the entries of maps."""
    comments = {tuple(location.path): location for location in file.source_code_info.location}

    def thing(kind, proto, parent, path):
        location = comments.get(path)
        text = (location.leading_comments or location.trailing_comments) if location else ""
        scope = parent.name if parent else file.package
        line = location.span[0] + 1 if location else 0
        return Thing(kind, proto, f"{scope}.{proto.name}", file, parent, text, line)

    def members(kind, protos, parent, path):
        for index, proto in enumerate(protos):
            yield thing(kind, proto, parent, path + (index,))

    def enum(proto, parent, path):
        declared = thing("enum", proto, parent, path)
        yield declared
        yield from members("value", proto.value, declared, path + (2,))

    def message(proto, parent, path):
        if proto.options.map_entry:
            return
        declared = thing("message", proto, parent, path)
        yield declared
        yield from members("field", proto.field, declared, path + (2,))
        yield from members("oneof", [oneof for index, oneof in enumerate(proto.oneof_decl)
                                     if not is_synthetic(proto, index)], declared, path + (8,))
        for index, nested in enumerate(proto.nested_type):
            yield from message(nested, declared, path + (3, index))
        for index, nested in enumerate(proto.enum_type):
            yield from enum(nested, declared, path + (4, index))

    for index, service in enumerate(file.service):
        declared = thing("service", service, None, (6, index))
        yield declared
        yield from members("method", service.method, declared, (6, index, 2))
    for index, proto in enumerate(file.message_type):
        yield from message(proto, None, (4, index))
    for index, proto in enumerate(file.enum_type):
        yield from enum(proto, None, (5, index))


def is_synthetic(message, oneof_index):
    """Whether a oneof stands only for the word `optional`; such come after all others."""
    return any(field.proto3_optional and field.oneof_index == oneof_index for field in message.field)


def file_comment(file):
    """What stands above the line `syntax`."""
    for location in file.source_code_info.location:
        if list(location.path) == [12]:
            return re.sub(r"^ ", "", location.leading_comments, flags=re.MULTILINE).strip()
    return ""
