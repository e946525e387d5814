"""The message types that are judged, made at run time from .proto files."""

import os
import subprocess
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Schema:
    def __init__(self, folders, files):
        with tempfile.TemporaryDirectory() as scratch:
            output = os.path.join(scratch, "set.bin")
            command = ["protoc", "--include_imports", f"--descriptor_set_out={output}"]
            command += [f"-I{folder}" for folder in folders] + files
            subprocess.run(command, check=True)
            with open(output, "rb") as file:
                descriptors = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        self.files = {}
        self.classes = {}
        for file in descriptors.file:
            self.pool.Add(file)
            self.files[file.name] = file

    def message_class(self, name):
        if name not in self.classes:
            descriptor = self.pool.FindMessageTypeByName(name)
            self.classes[name] = message_factory.GetMessageClass(descriptor)
        return self.classes[name]

    def types(self, file_name):
        """The full names of all messages in a file, without the entries of maps."""
        file = self.files[file_name]

        def walk(message, scope):
            name = f"{scope}.{message.name}"
            if not message.options.map_entry:
                yield name
            for nested in message.nested_type:
                yield from walk(nested, name)

        for message in file.message_type:
            yield from walk(message, file.package)
