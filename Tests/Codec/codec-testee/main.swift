import Codec
import CodecTestMessages
import TesteeKit
import WellKnownTypes

// Answers the judge in Python: see Scripts/judge-python.

let converter = try Converter(
  types: CodecTestMessages.allMessageTypes + TesteeKit.allMessageTypes
    + WellKnownTypes.allMessageTypes)

func answer(_ question: Question) -> Answer {
  let payload: Converter.Payload
  switch question.payload {
  case .binary(let bytes): payload = .binary(bytes)
  case .json(let text): payload = .json(text)
  case nil: return Answer(result: .skipped("no message"))
  }
  let format: Converter.Format
  switch question.format {
  case .binary: format = .binary
  case .json: format = .json
  case .unspecified, .unrecognized: return Answer(result: .skipped("no format"))
  }
  switch converter.convert(
    payload, of: question.type, to: format,
    ignoringUnknownFields: question.category == .jsonIgnoringUnknown)
  {
  case .payload(.binary(let bytes)): return Answer(result: .binary(bytes))
  case .payload(.json(let text)): return Answer(result: .json(text))
  case .parseError(let text): return Answer(result: .parseError(text))
  case .serializeError(let text): return Answer(result: .serializeError(text))
  case .skipped(let text): return Answer(result: .skipped(text))
  }
}

try Pipe().serve { try answer(Question(serialized: $0)).serialized() }
