"""Our side: a process that is asked over a pipe, as the public conformance suite asks."""

import struct
import subprocess

BINARY, JSON = 1, 2
IGNORE_UNKNOWN = 3


class Testee:
    def __init__(self, path, schema):
        self.question = schema.message_class("diyml.codectest.testee.Question")
        self.answer = schema.message_class("diyml.codectest.testee.Answer")
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, type_name, payload, output, category=0):
        """Returns what became of a message: a kind, and the payload or the reason."""
        question = self.question(format=output, type=type_name, category=category)
        if isinstance(payload, bytes):
            question.binary = payload
        else:
            question.json = payload
        data = question.SerializeToString()
        self.process.stdin.write(struct.pack("<I", len(data)) + data)
        self.process.stdin.flush()
        head = self.process.stdout.read(4)
        if len(head) < 4:
            raise SystemExit(f"judge: the testee ended with {self.process.wait()}")
        answer = self.answer.FromString(self.process.stdout.read(*struct.unpack("<I", head)))
        kind = answer.WhichOneof("result")
        return kind, getattr(answer, kind)

    def close(self):
        self.process.stdin.close()
        if self.process.wait(timeout=10) != 0:
            raise SystemExit(f"judge: the testee ended with {self.process.returncode}")
