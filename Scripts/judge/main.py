"""Judges our codec by Python's protobuf, an implementation that shares no code with it.

Of every type, COUNT messages are set field by field here, and COUNT are bytes in all ways the wire
format allows, some of them damaged. Each goes to our side and comes back as bytes and as JSON; both
sides must accept or refuse it together and find the same content in it. `result:` ends the run.
"""

import argparse
import collections
import multiprocessing
import os
import random
import sys
import time

import cases
from google.protobuf import json_format, text_format
from google.protobuf.message import DecodeError
from messages import Messages
from schema import Schema
from testee import BINARY, JSON, Testee
from wire import Wire

SHOWN_MAX = 20
# Python drops what the tenth byte of a varint has beyond 64 bits; we refuse it.
STRICTER = "more than 10 bytes or 64 bits"
OURS = ["codectest/everything.proto", "codectest/wellknown.proto", "codectest/testee.proto"]
WELL_KNOWN = ["any", "duration", "field_mask", "struct", "timestamp", "wrappers"]
SUITE = "google/protobuf/test_messages_proto3.proto"


class Judge:
    def __init__(self, schema, testee, seed, any_types):
        self.schema = schema
        self.testee = testee
        self.random = random.Random(seed)
        self.messages = Messages(schema, self.random, any_types)
        self.wire = Wire(schema, self.random)
        self.counts = {"binary": 0, "json": 0, "refused": 0, "stricter": 0, "cases": 0}
        self.disagreements = []

    def disagree(self, name, what, payload):
        self.disagreements.append(f"{name}: {what}: {payload if isinstance(payload, str) else payload.hex()}")
        if len(self.disagreements) <= SHOWN_MAX:
            print("disagreement:", self.disagreements[-1], flush=True)

    def equal(self, left, right):
        """Compares content; the bits of NaNs that went through JSON may differ."""
        if left.SerializeToString(deterministic=True) == right.SerializeToString(deterministic=True):
            return True
        return text(left) == text(right)

    def read(self, name, data):
        try:
            return self.schema.message_class(name).FromString(data)
        except DecodeError:
            return None

    def binary(self, name, data):
        """Puts bytes before both sides; returns the message if both accept it."""
        theirs = self.read(name, data)
        kind, ours = self.testee.ask(name, data, BINARY)
        self.counts["binary"] += 1
        if theirs is None or kind != "binary":
            if theirs is None and kind == "parse_error":
                self.counts["refused"] += 1
            elif kind == "parse_error" and STRICTER in ours:
                self.counts["stricter"] += 1
            else:
                verdict = "refuses" if theirs is None else "accepts"
                self.disagree(name, f"Python {verdict}, we say {kind} {ours!r}", data)
            return None
        again = self.read(name, ours)
        if again is None or not self.equal(theirs, again):
            self.disagree(name, f"we write other content: {ours.hex()}", data)
            return None
        return theirs

    def json(self, name, message, data):
        """Our JSON of the message must be read by Python as the same, and Python's by us."""
        self.counts["json"] += 1
        message.DiscardUnknownFields()  # also in the messages inside
        kind, ours = self.testee.ask(name, data, JSON)
        if kind != "json":
            return self.disagree(name, f"no JSON from us: {kind} {ours}", data)
        try:
            again = json_format.Parse(
                ours, self.schema.message_class(name)(), descriptor_pool=self.schema.pool)
        except json_format.ParseError as error:
            return self.disagree(name, f"Python refuses our JSON {ours}: {error}", data)
        if not self.equal(message, again):
            return self.disagree(name, f"our JSON has other content: {ours}", data)
        theirs = json_format.MessageToJson(message, indent=None, descriptor_pool=self.schema.pool)
        kind, ours = self.testee.ask(name, theirs, BINARY)
        if kind != "binary":
            return self.disagree(name, f"we refuse Python's JSON: {kind} {ours}", theirs)
        again = self.read(name, ours)
        if again is None or not self.equal(message, again):
            self.disagree(name, f"we read other content: {ours.hex()}", theirs)

    def judge(self, name, has_plain_json):
        data = self.messages.message(name).SerializeToString()
        message = self.binary(name, data)
        if message is not None:
            self.json(name, message, data)
        data = self.wire.message(name)
        message = self.binary(name, data)
        if message is not None and has_plain_json:
            self.json(name, message, data)


def text(message):
    return text_format.MessageToString(message, print_unknown_fields=True)


def plan(arguments):
    """The schema, the types to judge, and those that are packed into an Any.

    Of the latter none has a map: a packed message is compared as bytes, and their order is free there.
    """
    folders = ["Tests/Protos"] + ([arguments.suite] if arguments.suite else [])
    schema = Schema(folders, OURS + ([SUITE] if arguments.suite else []))
    packed = [f"google.protobuf.{name}" for name in ["Duration", "Empty", "Int64Value", "Timestamp"]]
    if arguments.suite:
        types = list(schema.types(SUITE))
        return schema, types[:1], packed + [types[0].rpartition(".")[0] + ".ForeignMessage"]
    ours = [name for file in OURS[:2] for name in schema.types(file)]
    known = [name for file in WELL_KNOWN for name in schema.types(f"google/protobuf/{file}.proto")]
    return schema, ours + known, packed + ["diyml.codectest.OddNames"]


def judge_part(arguments, part):
    """Judges every `jobs`-th type; the first part also has the cases."""
    schema, types, packed = plan(arguments)
    types = types[part::arguments.jobs]
    testee = Testee(arguments.testee, schema)
    judge = Judge(schema, testee, arguments.seed + part, packed)
    if part == 0 and not arguments.suite:
        judge.counts["cases"] = cases.judge_cases(judge)
    plain = set() if arguments.suite else set(schema.types(OURS[0]))
    deadline = time.monotonic() + arguments.seconds
    done = 0
    while types and done < arguments.count and time.monotonic() < deadline:
        for name in types:
            judge.judge(name, name in plain)
        done += 1
    testee.close()
    return {name: 2 * done for name in types}, judge.counts, len(judge.disagreements)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--testee", required=True, help="the program that is asked over a pipe")
    parser.add_argument("--suite", help="the folder of the conformance suite's schemas; judges its type")
    parser.add_argument("--count", type=int, default=1000, help="messages of each type and side")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stops after this time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()

    started = time.monotonic()
    messages, counts, disagreements = {}, collections.Counter(), 0
    with multiprocessing.Pool(arguments.jobs) as pool:
        tasks = [(arguments, part) for part in range(arguments.jobs)]
        for judged, counted, disagreed in pool.starmap(judge_part, tasks):
            messages.update(judged)
            counts.update(counted)
            disagreements += disagreed
    for name, count in sorted(messages.items()):
        print(f"{name}: {count} messages")
    print(f"result: judge types={len(messages)} messages={sum(messages.values())} "
          f"per_type_min={min(messages.values())} cases={counts['cases']} binary={counts['binary']} "
          f"json={counts['json']} refused={counts['refused']} stricter={counts['stricter']} "
          f"seconds={time.monotonic() - started:.0f} disagreements={disagreements}")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
