internal import API
internal import Codec
internal import RPCCore

/// The order of the parts of a `PutImages` stream: events in, what to do out.
///
/// It knows nothing of files. A part out of order is misuse of the stream and ends it; what is wrong
/// with an image is for others to judge.
struct UploadOrder {
  enum Action: Equatable {
    case open(PutImagesRequest.Start)
    /// A new image begins; it may be without any chunk to follow, when it announces no byte.
    case begin(index: Int32, PutImagesRequest.Begin)
    case append(Bytes)
    /// These bytes are the image's last.
    case appendLast(Bytes)
  }

  private enum State {
    case start
    case betweenImages(next: Int32)
    case inImage(index: Int32, received: Int64, announced: Int64)
  }

  private var state = State.start

  mutating func received(
    _ part: PutImagesRequest.Part?
  ) throws(Status) -> Action {
    switch (state, part) {
    case (_, nil): throw invalidStream("the message has none of start, begin and chunk")
    case (.start, .start(let start)):
      state = .betweenImages(next: 0)
      return .open(start)
    case (.start, .begin), (.start, .chunk):
      throw invalidStream("the first must be a start")
    case (_, .start): throw invalidStream("a second start in one stream")
    case (.betweenImages(let next), .begin(let begin)):
      state =
        begin.sizeBytes <= 0
        ? .betweenImages(next: next + 1)
        : .inImage(index: next, received: 0, announced: begin.sizeBytes)
      return .begin(index: next, begin)
    case (.betweenImages(let next), .chunk):
      throw invalidStream(
        "a chunk after the last byte of image \(Int(next) - 1); begin comes first")
    case (.inImage(let index, let received, let announced), .begin):
      throw invalidStream(
        "image \(index) ends after \(received) of the \(announced) bytes it announced")
    case (.inImage(let index, let received, let announced), .chunk(let bytes)):
      let total = received + Int64(bytes.count)
      guard !bytes.isEmpty else { throw invalidStream("an empty chunk of image \(index)") }
      guard total <= announced else {
        throw invalidStream("\(total) bytes of image \(index), which announced \(announced)")
      }
      if total < announced {
        state = .inImage(index: index, received: total, announced: announced)
        return .append(bytes)
      }
      state = .betweenImages(next: index + 1)
      return .appendLast(bytes)
    }
  }

  /// The caller has finished sending.
  func finished() throws(Status) {
    switch state {
    case .start: throw invalidStream("the stream has no start")
    case .betweenImages: return
    case .inImage(let index, let received, let announced):
      throw invalidStream(
        "the stream ends after \(received) of the \(announced) bytes of image \(index)")
    }
  }
}

/// A refusal of a message that does not come where it may.
private func invalidStream(_ description: String) -> Status {
  invalid("part", description, reason: .invalidStream)
}
