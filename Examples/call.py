#!/usr/bin/env python3
"""Calls a method of a server that speaks Docs/WireFormat.md, from nothing but that document.

usage: call.py DESCRIPTORS HOST:PORT PACKAGE.SERVICE/METHOD [JSON ...]

DESCRIPTORS is what `protoc --include_imports --descriptor_set_out` makes of rpc/v1/wire.proto and
the service's .proto. Each JSON is a request; the responses are printed, one a line. The exit code
is the call's status code. Needs the `protobuf` package of PyPI.
"""
import socket
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SETTINGS, OPEN, DATA, HEAD, END, CANCEL, CREDIT, PING, GOAWAY = range(1, 10)
FIRST, LAST, FINISH, ANSWER = 1, 2, 4, 1
PREFACE = bytes.fromhex("D1594D4C0100")
WINDOW, CONNECTION_WINDOW, MESSAGE_MAX, CHUNK = 65_536, 1_048_576, 4_194_304, 32_768
STREAM = 1


def fail(reason):
    raise SystemExit(reason)


class Connection:
    """One connection with one call on it."""

    def __init__(self, address, messages):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host.strip("[]"), int(port)))
        self.messages = messages
        self.parts, self.expected = b"", None
        self.socket.sendall(PREFACE)
        self.send(SETTINGS)
        self.read(6)[:5] == PREFACE[:5] or fail("not a server of this protocol and version")
        kind, _, _, payload = self.frame()
        kind == SETTINGS or fail(f"frame type {kind} came where SETTINGS was due")
        settings = messages("Settings").FromString(payload)
        self.credit = {
            0: settings.connection_window_bytes or CONNECTION_WINDOW,
            STREAM: settings.stream_window_bytes or WINDOW,
        }
        self.message_max = settings.message_bytes_max or MESSAGE_MAX

    def read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            data += piece or fail("the server closed the connection")
        return data

    def frame(self):
        """The next frame: type, flags, stream, payload."""
        high, low, kind, flags, _, reserved, stream = struct.unpack(">BHBBBHI", self.read(12))
        reserved == 0 or fail(f"reserved bits {reserved:#x} are set")
        return kind, flags, stream, self.read(high << 16 | low)

    def send(self, kind, payload=b"", flags=0, stream=0, chunked=0):
        size = len(payload)
        header = (size >> 16, size & 0xFFFF, kind, flags, chunked, 0, stream)
        self.socket.sendall(struct.pack(">BHBBBHI", *header) + payload)

    def send_message(self, data, is_last):
        """Sends a message in chunks, each when there is credit for it."""
        size = len(data)
        size <= self.message_max or fail(f"{size} bytes; the server takes {self.message_max}")
        whole = len(data) <= CHUNK
        if not whole:
            data = struct.pack(">I", len(data)) + data
        chunks = [data[i : i + CHUNK] for i in range(0, len(data), CHUNK)] or [b""]
        for index, chunk in enumerate(chunks):
            first, last = index == 0, index == len(chunks) - 1
            cost = len(chunk) + (32 if first else 0)
            while min(self.credit.values()) < cost:
                yield from self.receive()
            for stream in self.credit:
                self.credit[stream] -= cost
            flags = FIRST * first | LAST * last | FINISH * (last and is_last)
            self.send(DATA, chunk, flags, STREAM, chunked=0 if whole else 1)

    def give(self, stream, count):
        self.send(CREDIT, struct.pack(">I", count), stream=stream)

    def receive(self):
        """Takes one frame and yields the message that it completes, or the call's End."""
        kind, flags, stream, payload = self.frame()
        if kind == CREDIT:
            self.credit[stream] += struct.unpack(">I", payload)[0]
        elif kind == PING and not flags & ANSWER:
            self.send(PING, payload, ANSWER)
        elif kind == GOAWAY:
            goaway = self.messages("GoAway").FromString(payload)
            drains = goaway.reason == 1 and goaway.last_stream >= STREAM
            drains or fail(f"the server leaves: {goaway.message or goaway.reason}")
        elif kind == END:
            yield self.messages("End").FromString(payload)
        elif kind == DATA:
            self.give(0, len(payload) + (32 if flags & FIRST else 0))
            yield from self.assemble(flags, payload)

    def assemble(self, flags, payload):
        if flags & FIRST and not flags & LAST:
            (self.expected,), payload = struct.unpack(">I", payload[:4]), payload[4:]
            self.expected <= MESSAGE_MAX or fail(f"a response of {self.expected} bytes")
            if self.expected + 36 > WINDOW // 2:  # a large message gets its credit on top, now
                self.give(STREAM, self.expected + 36)
        self.parts += payload
        if flags & LAST:
            cost = len(self.parts) + (32 if self.expected is None else 36)
            if self.expected is None or cost <= WINDOW // 2:
                self.give(STREAM, cost)
            message, self.parts, self.expected = self.parts, b"", None
            yield message


def main():
    len(sys.argv) >= 4 or fail(__doc__)
    descriptors, address, path, *texts = sys.argv[1:]
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(open(descriptors, "rb").read()).file:
        pool.AddSerializedFile(file.SerializeToString())
    find = lambda name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
    method = pool.FindMethodByName(path.replace("/", "."))
    request_type = find(method.input_type.full_name)
    response_type = find(method.output_type.full_name)
    requests = [json_format.Parse(text, request_type()) for text in texts or ["{}"]]

    connection = Connection(address, lambda name: find("diyml.rpc.v1." + name))
    head = find("diyml.rpc.v1.Open")(method=path)
    connection.send(OPEN, head.SerializeToString(), stream=STREAM)

    def events():
        for request in requests:
            is_last = request is requests[-1]
            yield from connection.send_message(request.SerializeToString(), is_last)
        while True:
            yield from connection.receive()

    for event in events():
        if isinstance(event, bytes):
            print(json_format.MessageToJson(response_type.FromString(event), indent=None), flush=True)
        else:
            event.code == 0 or print(f"status {event.code}: {event.message}", file=sys.stderr)
            raise SystemExit(event.code)


if __name__ == "__main__":
    main()
