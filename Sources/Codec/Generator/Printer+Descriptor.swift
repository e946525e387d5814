import Codec
import Descriptors

extension Printer {
  /// Prints the static member of `ProtoFile` that holds the descriptor of a file.
  ///
  /// - Throws: `.descriptor` if it cannot be encoded.
  mutating func descriptor(of plan: FilePlan, access: String) throws(GeneratorError) {
    let bytes: Bytes
    do {
      bytes = try plan.descriptor.stripped.serialized()
    } catch {
      throw .descriptor(plan.path, error)
    }
    block("extension ProtoFile {") { printer in
      printer.doc("Describes `\(plan.path)`.")
      printer.out("\(access) static let \(plan.constant) = ProtoFile(")
      printer.indented { printer in
        printer.out("path: \"\(plan.path)\",")
        printer.call(
          "dependencies: [", plan.dependencies.map { ".\(Names.fileConstant($0))" }, "],")
        printer.out("descriptor: \"\"\"")
        printer.indented { printer in
          for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            printer.out(literal(line))
          }
          printer.out("\"\"\")")
        }
      }
    }
  }
}

/// The bytes between two line feeds as they stand in a literal of several lines.
private func literal(_ line: Bytes) -> String {
  var text = ""
  for index in line.indices {
    let byte = line[index]
    switch byte {
    case UInt8(ascii: "\\"): text += "\\\\"
    case UInt8(ascii: "\"") where text.last == "\"": text += "\\\""
    case UInt8(ascii: " ") where index == line.endIndex - 1: text += "\\u{20}"
    case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
    default: text += "\\u{\(String(byte, radix: 16))}"
    }
  }
  return text
}

extension FileDescriptorProto {
  /// The file without what can do without: comments, and JSON names that follow from the names.
  fileprivate var stripped: Self {
    var file = self
    file.sourceCodeInfo = nil
    for index in file.messageType.indices { file.messageType[index].stripJSONNames() }
    return file
  }
}

extension DescriptorProto {
  fileprivate mutating func stripJSONNames() {
    for index in field.indices where field[index].jsonName == field[index].defaultJSONName {
      field[index].jsonName = ""
    }
    for index in nestedType.indices { nestedType[index].stripJSONNames() }
  }
}
