import ProtobufCJudge
import Synchronization

/// libprotobuf-c in a child process, which is started again when it has crashed.
final class JudgeProcess: Sendable {
  static let shared = JudgeProcess()

  /// What libprotobuf-c made of a message.
  enum Opinion {
    /// It read the message, and wrote it again as these bytes.
    case accepted([UInt8])
    case refused
    /// The message has something that it is known to treat in its own way.
    case outside
    /// It crashed, or took longer than half a minute.
    case died
  }

  private let process = Mutex<judge_process?>(nil)

  /// Asks about a message of the full name `type`.
  func opinion(on bytes: [UInt8], as type: String) throws(Finding) -> Opinion {
    let opinion = process.withLock { process in
      Self.ask(&process, bytes, type)
    }
    return try opinion.get()
  }

  private static func ask(
    _ process: inout judge_process?, _ bytes: [UInt8], _ type: String
  ) -> Result<Opinion, Finding> {
    var judge = process ?? judge_process()
    if process == nil {
      let error = judge_process_start(&judge)
      guard error == 0 else { return .failure(Finding("no judge was started: error \(error)")) }
      process = judge
    }
    var answer = judge_answer()
    var result: UnsafeMutablePointer<UInt8>?
    let error = judge_process_ask(&judge, type, bytes, bytes.count, &answer, &result)
    guard error == 0 else {
      judge_process_stop(&judge)
      process = nil
      return error == -1 ? .success(.died) : .failure(Finding("no judgement: error \(error)"))
    }
    defer { judge_free(result) }
    guard answer.differences == 0 else { return .success(.outside) }
    switch judge_verdict(UInt32(answer.verdict)) {
    case JUDGE_OK:
      let written = UnsafeBufferPointer(start: result, count: Int(answer.count))
      return .success(.accepted(Array(written)))
    case JUDGE_UNREADABLE: return .success(.refused)
    default: return .failure(Finding("the judge's verdict on \(type) is \(answer.verdict)"))
    }
  }
}
