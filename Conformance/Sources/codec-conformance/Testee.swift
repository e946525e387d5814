import Codec
import ConformanceMessages
import TesteeKit

/// Turns the suite's requests into what the converter does, and its answers into responses.
struct Testee {
  private let converter: Converter

  /// - Throws: An error if the schema contradicts itself.
  init() throws {
    converter = try Converter(types: [TestAllTypesProto3.self])
  }

  /// - Throws: What decoding a request throws: the runner and we would have lost each other.
  func answer(serialized: Bytes) throws -> Bytes {
    let request = try ConformanceRequest(serialized: serialized)
    return try ConformanceResponse(result: result(of: request)).serialized()
  }

  private func result(of request: ConformanceRequest) -> ConformanceResponse.Result {
    // The runner's first question is which tests are known to fail: none.
    if request.messageType == FailureSet.protoName { return .protobufPayload(Bytes()) }
    let payload: Converter.Payload
    switch request.payload {
    case .protobufPayload(let bytes): payload = .binary(bytes)
    case .jsonPayload(let text): payload = .json(text)
    case .jspbPayload, .textPayload: return .skipped("this format is not read")
    case nil: return .runtimeError("the request has no payload")
    }
    let format: Converter.Format
    switch request.requestedOutputFormat {
    case .protobuf: format = .binary
    case .json: format = .json
    case .jspb, .textFormat: return .skipped("this format is not written")
    case .unspecified, .unrecognized: return .runtimeError("the request names no format")
    }
    let answer = converter.convert(
      payload, of: request.messageType, to: format,
      ignoringUnknownFields: request.testCategory == .jsonIgnoreUnknownParsingTest)
    switch answer {
    case .payload(.binary(let bytes)): return .protobufPayload(bytes)
    case .payload(.json(let text)): return .jsonPayload(text)
    case .parseError(let reason): return .parseError(reason)
    case .serializeError(let reason): return .serializeError(reason)
    case .skipped(let reason): return .skipped(reason)
    }
  }
}
