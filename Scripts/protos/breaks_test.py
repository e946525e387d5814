"""Breaks a small schema in every way, and sees whether each is refused with the right words."""

import os
import tempfile

from breaks import breaks
from files import compile_files

SHOP = """
syntax = "proto3";
package shop.v1;

service Till {
  rpc Sell(Sale) returns (Receipt) { option idempotency_level = IDEMPOTENT; }
  rpc Watch(Sale) returns (stream Receipt);
}
service Door {}
message Sale {
  reserved 20 to 25, 30;
  reserved "price";
  message Item {}
  message Bag { string color = 1; }
  enum Size { SIZE_SMALL = 0; }
  string buyer = 1;
  optional int32 discount = 2;
  repeated int32 codes = 3;
  oneof payment {
    string card = 4;
    Item voucher = 5;
  }
  map<string, int32> counts = 6;
  Item gift = 7;
  Color color = 8;
}
message Receipt {
  int64 number = 1;
}
enum Color {
  reserved 10 to 12;
  reserved "COLOR_PINK";
  COLOR_UNSPECIFIED = 0;
  COLOR_RED = 1;
  COLOR_BLUE = 2;
}
"""

OLD_SHOP = """
syntax = "proto2";
package old.v1;
message Sale {
  optional int32 count = 1 [default = 3];
  repeated int32 codes = 2;
}
"""

# What stands in the schema, what takes its place, and the refusals of that.
BREAKS = [
    ("package shop.v1", "package shop.v2", ["shop.proto: package was shop.v1, is shop.v2"]),
    ("service Door {}", "", ["shop.v1.Door: was a service, is gone"]),
    ("service Door {}", "message Door {}", ["shop.v1.Door: was a service, is a message"]),
    ("  rpc Watch(Sale) returns (stream Receipt);\n", "", ["shop.v1.Till.Watch: was a method, is gone"]),
    ("rpc Watch", "rpc Look", ["shop.v1.Till.Watch: was a method, is gone"]),
    ("(stream Receipt)", "(Receipt)",
     ["shop.v1.Till.Watch: kind was unary to stream, is unary to unary"]),
    ("Sell(Sale)", "Sell(stream Sale)", ["shop.v1.Till.Sell: kind was unary to unary, is stream to unary"]),
    ("Sell(Sale)", "Sell(Receipt)", ["shop.v1.Till.Sell: request was shop.v1.Sale, is shop.v1.Receipt"]),
    ("(stream Receipt)", "(stream Sale)",
     ["shop.v1.Till.Watch: response was shop.v1.Receipt, is shop.v1.Sale"]),
    ("= IDEMPOTENT", "= NO_SIDE_EFFECTS",
     ["shop.v1.Till.Sell: idempotency level was IDEMPOTENT, is NO_SIDE_EFFECTS"]),
    ("option idempotency_level = IDEMPOTENT;", "",
     ["shop.v1.Till.Sell: idempotency level was IDEMPOTENT, is IDEMPOTENCY_UNKNOWN"]),
    ("message Item {}", "message Item {} message Thing {}\n  reserved 40;", []),
    ("  message Bag { string color = 1; }\n", "", ["shop.v1.Sale.Bag: was a message, is gone"]),
    ("message Bag { string color = 1; }", "enum Bag { BAG = 0; }", ["shop.v1.Sale.Bag: was a message, is an enum"]),
    ("Item gift", "Bag gift", ["shop.v1.Sale.gift: type was shop.v1.Sale.Item, is shop.v1.Sale.Bag"]),
    ("  enum Size { SIZE_SMALL = 0; }\n", "", ["shop.v1.Sale.Size: was an enum, is gone"]),
    ("  string buyer = 1;\n", "",
     ['shop.v1.Sale.buyer: was field 1, is gone without `reserved` for its number 1 and its name "buyer"']),
    ("  string buyer = 1;\n", "  reserved 1;\n",
     ['shop.v1.Sale.buyer: was field 1, is gone without `reserved` for its name "buyer"']),
    ("  string buyer = 1;\n", '  reserved "buyer";\n',
     ["shop.v1.Sale.buyer: was field 1, is gone without `reserved` for its number 1"]),
    ("  string buyer = 1;\n", '  reserved 1; reserved "buyer";\n', []),
    ("buyer = 1", "buyer = 9", ["shop.v1.Sale.buyer: number was 1, is 9"]),
    ("buyer = 1", "customer = 1", ["shop.v1.Sale.buyer: was field 1, which is customer now"]),
    ("string buyer", "bytes buyer", ["shop.v1.Sale.buyer: type was string, is bytes"]),
    ("string buyer", "optional string buyer", ["shop.v1.Sale.buyer: presence was plain, is optional"]),
    ("string buyer", "repeated string buyer", ["shop.v1.Sale.buyer: presence was plain, is repeated"]),
    ("string buyer = 1;", "oneof who { string buyer = 1; }",
     ["shop.v1.Sale.buyer: presence was plain, is oneof who"]),
    ("buyer = 1", 'buyer = 1 [json_name = "who"]', ["shop.v1.Sale.buyer: JSON name was buyer, is who"]),
    ("optional int32 discount", "int32 discount", ["shop.v1.Sale.discount: presence was optional, is plain"]),
    ("optional int32 discount", "optional sint32 discount", ["shop.v1.Sale.discount: type was int32, is sint32"]),
    ("repeated int32 codes", "optional int32 codes",
     ["shop.v1.Sale.codes: presence was repeated, is optional",
      "shop.v1.Sale.codes: packing was packed, is none"]),
    ("codes = 3", "codes = 3 [packed = false]", ["shop.v1.Sale.codes: packing was packed, is unpacked"]),
    ("oneof payment {\n    string card = 4;", "string card = 4; oneof payment {",
     ["shop.v1.Sale.card: presence was oneof payment, is plain"]),
    ("oneof payment", "oneof means",
     ["shop.v1.Sale.card: presence was oneof payment, is oneof means",
      "shop.v1.Sale.voucher: presence was oneof payment, is oneof means",
      "shop.v1.Sale.payment: was a oneof, is gone"]),
    ("map<string, int32> counts", "map<string, int64> counts",
     ["shop.v1.Sale.counts: type was map<string, int32>, is map<string, int64>"]),
    ("map<string, int32> counts", "map<int32, int32> counts",
     ["shop.v1.Sale.counts: type was map<string, int32>, is map<int32, int32>"]),
    ("map<string, int32> counts = 6", "message CountsEntry {} repeated CountsEntry counts = 6",
     ["shop.v1.Sale.counts: type was map<string, int32>, is shop.v1.Sale.CountsEntry",
      "shop.v1.Sale.counts: presence was that of a map, is repeated"]),
    ("Color color", "Size color", ["shop.v1.Sale.color: type was shop.v1.Color, is shop.v1.Sale.Size"]),
    ("message Receipt {\n  int64 number = 1;\n}", "enum Receipts { RECEIPT = 0; } message Receipt {}",
     ['shop.v1.Receipt.number: was field 1, is gone without `reserved` for its number 1 and its name "number"']),
    ("reserved 20 to 25, 30", "reserved 20 to 22, 24 to 30", ["shop.v1.Sale: number 23 was reserved, is free"]),
    ("reserved 20 to 25, 30", "reserved 20 to 25", ["shop.v1.Sale: number 30 was reserved, is free"]),
    ('reserved "price"', 'reserved "cost"', ['shop.v1.Sale: name "price" was reserved, is free']),
    ("reserved 10 to 12", "reserved 10, 11", ["shop.v1.Color: number 12 was reserved, is free"]),
    ('reserved "COLOR_PINK"', 'reserved "COLOR_PINKY"', ['shop.v1.Color: name "COLOR_PINK" was reserved, is free']),
    ("  COLOR_RED = 1;\n", "",
     ['shop.v1.Color.COLOR_RED: was value 1, is gone without `reserved` for its number 1 and its name "COLOR_RED"']),
    ("COLOR_RED = 1", 'reserved 1; reserved "COLOR_RED"', []),
    ("COLOR_RED = 1", "COLOR_RED = 3", ["shop.v1.Color.COLOR_RED: number was 1, is 3"]),
    ("COLOR_RED = 1", "COLOR_GREEN = 1", ["shop.v1.Color.COLOR_RED: was value 1, which is COLOR_GREEN now"]),
    ("COLOR_RED = 1;\n  COLOR_BLUE = 2", "COLOR_RED = 2;\n  COLOR_BLUE = 1",
     ["shop.v1.Color.COLOR_RED: number was 1, is 2", "shop.v1.Color.COLOR_BLUE: number was 2, is 1"]),
    # Additions, and what no client sees.
    ("service Door {}", "service Door { rpc Open(Sale) returns (Receipt); } service Bell {}", []),
    ("message Receipt {", "message Refund {} enum Why { WHY = 0; } message Receipt { string note = 2;", []),
    ("    string card = 4;", "    string card = 4; string cash = 9;", []),
    ("COLOR_BLUE = 2;", "COLOR_BLUE = 2; COLOR_GREEN = 3;", []),
    ("reserved 20 to 25, 30", "reserved 19 to 22, 23 to 40", []),
    ("Item gift", "optional Item gift", []),
    ("string buyer = 1;", "// Who pays.\n  string buyer = 1 [deprecated = true];", []),
    ("optional int32 discount = 2;\n  repeated int32 codes = 3;",
     "repeated int32 codes = 3;\n  optional int32 discount = 2;", []),
]

OLD_BREAKS = [
    ("default = 3", "default = 4", ["old.v1.Sale.count: default was 3, is 4"]),
    (" [default = 3]", "", ["old.v1.Sale.count: default was 3, is none"]),
    ("codes = 2", "codes = 2 [packed = true]", ["old.v1.Sale.codes: packing was unpacked, is packed"]),
    ("optional int32 count", "required int32 count", ["old.v1.Sale.count: presence was optional, is required"]),
    ('syntax = "proto2"', 'syntax = "proto3"',
     ["shop.proto: syntax was proto2, is proto3", "old.v1.Sale.count: default was 3, is none",
      "old.v1.Sale.codes: packing was unpacked, is packed"]),
]


def compiled(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write(text)
        return compile_files(root, list(files))


def wrong():
    """A line for each case that is judged otherwise than it says."""
    for schema, cases in ((SHOP, BREAKS), (OLD_SHOP, OLD_BREAKS)):
        released = compiled({"shop.proto": schema})
        for old, new, expected in cases:
            if schema.count(old) != 1:
                yield f"{old!r} stands {schema.count(old)} times in the schema"
                continue
            changed = schema.replace(old, new)
            if "proto3" in new:
                changed = changed.replace(" [default = 3]", "")
            found = list(breaks(released, compiled({"shop.proto": changed})))
            if found != expected:
                yield f"{old!r} to {new!r}: expected {expected}, found {found}"
    yield from wrong_files()


def wrong_files():
    """A message and an enum may move to another file; they may not go with theirs."""
    head, receipt, rest = SHOP.partition("message Receipt {\n  int64 number = 1;\n}\n")
    start = 'syntax = "proto3";\npackage shop.v1;\n'
    moved = {"receipt.proto": start + receipt,
             "shop.proto": (head + rest).replace("package shop.v1;", 'package shop.v1;\nimport "receipt.proto";')}
    released = compiled({"shop.proto": SHOP, "extra.proto": start + "message Extra { int32 a = 1; } enum E { E0 = 0; }"})
    found = list(breaks(released, compiled(moved)))
    if found != ["shop.v1.Extra: was a message, is gone", "shop.v1.E: was an enum, is gone"]:
        yield f"a file that has gone: {found}"
