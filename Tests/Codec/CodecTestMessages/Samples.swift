package import Codec

/// Samples of the messages of `Tests/Protos/codectest/everything.proto`.
package enum Everything {
  package static var all: [any Message.Type] { allMessageTypes }

  /// A message with something of every kind in it.
  package static let sample = Tree(
    name: "root",
    left: Tree(name: "left", link: .address("somewhere")),
    children: [Tree(name: "first"), Tree(name: "second", right: Tree(name: "deep"))],
    link: .next(Tree(name: "next")),
    named: ["a": Tree(name: "named"), "b": Tree()])

  package static let scalars = Scalars(
    doubleValue: 1.5, floatValue: -2.5, int32Value: -3, int64Value: 4_000_000_000,
    uint32Value: 5, uint64Value: 6_000_000_000, sint32Value: -7, sint64Value: -8_000_000_000,
    fixed32Value: 9, fixed64Value: 10, sfixed32Value: -11, sfixed64Value: -12, boolValue: true,
    stringValue: "thirteen", bytesValue: [14, 15], colorValue: .infrared)

  package static let lists = Lists(
    doubleValues: [1, 2], floatValues: [3], int32Values: [-1, 0, 300], uint64Values: [.max],
    sint32Values: [-1, 1], fixed64Values: [1, 2, 3], boolValues: [true, false],
    stringValues: ["", "a"], bytesValues: [[], [1]], colorValues: [.red, .infrared],
    scalars: [scalars, Scalars()])

  package static let maps = Maps(
    strings: ["b": "2", "a": "1", "": ""], int32s: [-1: 1, 1: -1], colors: [-5: .infrared],
    doubles: [.max: 0.5], blobs: [true: [1], false: []], messages: [0: scalars],
    trees: [-1: sample])

  package static let choice = Choice(pick: .tree(sample), after: "after")

  /// All of them.
  package static let samples: [any Message] = [sample, scalars, lists, maps, choice]
}
