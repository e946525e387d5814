import API
import Codec
import RPCCore
import Testing

@testable import Services

struct UploadOrderTests {
  @Test func `parts in order say what to do`() throws {
    var order = UploadOrder()
    #expect(try order.received(.start(.init(project: "p"))) == .open(.init(project: "p")))
    let begin = PutImagesRequest.Begin(sizeBytes: 3)
    #expect(try order.received(.begin(begin)) == .begin(index: 0, begin))
    #expect(try order.received(.chunk([1, 2])) == .append([1, 2]))
    #expect(try order.received(.chunk([3])) == .appendLast([3]))
    let empty = PutImagesRequest.Begin(sizeBytes: 0)
    #expect(try order.received(.begin(empty)) == .begin(index: 1, empty))
    #expect(try order.received(.begin(begin)) == .begin(index: 2, begin))
    #expect(try order.received(.chunk([1, 2, 3])) == .appendLast([1, 2, 3]))
    try order.finished()
  }

  @Test func `a project without images is a whole stream`() throws {
    var order = UploadOrder()
    _ = try order.received(.start(.init(project: "p")))
    try order.finished()
  }

  @Test func `one byte too many and one too few are refused with both numbers`() throws {
    var order = UploadOrder()
    _ = try order.received(.start(.init(project: "p")))
    _ = try order.received(.begin(.init(sizeBytes: 2)))
    let tooFew = #expect(throws: Status.self) { try order.finished() }
    #expect(tooFew?.message == "part: the stream ends after 0 of the 2 bytes of image 0")
    let tooMany = #expect(throws: Status.self) { try order.received(.chunk([1, 2, 3])) }
    #expect(tooMany?.message == "part: 3 bytes of image 0, which announced 2")
  }

  @Test func `sizes near the end of the number range do not overflow`() throws {
    var order = UploadOrder()
    _ = try order.received(.start(.init(project: "p")))
    _ = try order.received(.begin(.init(sizeBytes: .max)))
    #expect(try order.received(.chunk([1])) == .append([1]))
  }
}
