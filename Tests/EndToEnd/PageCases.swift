import Codec
import RPCCore
import Testing

extension MethodCases {
  /// The cases that every list in pages has.
  mutating func addPageCases<Q: Message>(
    _ request: @escaping @Sendable (_ pageSize: Int32, _ pageToken: String) -> Q
  ) {
    accepts(.bound, "a page of 1,000") { _ in request(1_000, "") }
    refuses(
      .pastBound, "a page of 1,001", .invalidArgument, ["page_size", "1001", "1000"],
      field: "page_size"
    ) { _ in request(1_001, "") }
    for size in [-1, Int32.min, .max] {
      refuses(
        .pastBound, "a page of \(size)", .invalidArgument, ["page_size", "\(size)", "1000"],
        field: "page_size"
      ) { _ in request(size, "") }
    }
    for token in ["-", "no token at all", "99999999999999999999", "\u{0}", "../1", "1 "] {
      refuses(
        .wrongArgument, "the page token \(token.debugDescription)", .invalidArgument,
        ["page_token"], field: "page_token"
      ) { _ in request(10, token) }
    }
  }
}

/// Everything that a list gives page by page; `page` takes a page token and gives the next one.
func everyPage<Row>(
  _ page: (String) async throws -> (rows: [Row], next: String)
) async throws -> [Row] {
  var rows: [Row] = []
  var token = ""
  repeat {
    let next = try await page(token)
    rows += next.rows
    try #require(next.next.isEmpty || next.next != token, "the list does not move on")
    token = next.next
  } while !token.isEmpty
  return rows
}
