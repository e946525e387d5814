import Testing

@testable import Engine

@Suite struct WaitingRequestsTests {
  @Test func `a turn takes along all that wait for the same model`() {
    var waiting = WaitingRequests<String, Int>(batchMax: 16)
    let tickets = [("a", 1), ("b", 2), ("a", 3)].map { waiting.add($1, for: $0) }
    let batches = [("a", 0), ("a", 2), ("b", 1)].map {
      waiting.takeBatch(for: $0, until: tickets[$1])
    }
    #expect(batches == [[1, 3], [], [2]])
    #expect(waiting.count == 0)
  }

  @Test(arguments: [(16, [16]), (17, [16, 1])])
  func `a batch stops at its limit`(count: Int, sizes: [Int]) {
    var waiting = WaitingRequests<String, Int>(batchMax: 16)
    let tickets = (0..<count).map { waiting.add($0, for: "a") }
    var taken: [[Int]] = []
    while true {
      let batch = waiting.takeBatch(for: "a", until: tickets[count - 1])
      if batch.isEmpty { break }
      taken.append(batch)
    }
    #expect(taken.map(\.count) == sizes)
    #expect(taken.flatMap { $0 } == Array(0..<count))
  }

  @Test func `a request that was given up is not computed`() {
    var waiting = WaitingRequests<String, Int>(batchMax: 16)
    let first = waiting.add(1, for: "a")
    let second = waiting.add(2, for: "a")
    waiting.remove(first)
    let batches = [first, second].map { waiting.takeBatch(for: "a", until: $0) }
    #expect(batches == [[], [2]])
  }
}

@Suite struct RecentValuesTests {
  @Test func `what was used longest ago makes room`() {
    var values = RecentValues<String, Int>(bytesMax: 10)
    var madeRoom = values.insert(1, bytes: 5, for: "a")
    madeRoom = values.insert(2, bytes: 5, for: "b") || madeRoom
    #expect(!madeRoom)
    let used = values.use("a")
    #expect(used == 1)
    madeRoom = values.insert(3, bytes: 1, for: "c")
    #expect(madeRoom && values.keys == ["a", "c"] && values.bytes == 6)
    let gone = values.use("b")
    #expect(gone == nil)
  }

  @Test func `a value larger than the budget is kept alone`() {
    var values = RecentValues<String, Int>(bytesMax: 10)
    let first = values.insert(1, bytes: 10, for: "a")
    let second = values.insert(2, bytes: 11, for: "b")
    #expect(!first && second && values.keys == ["b"])
  }
}
