@testable import RPCClient
import SeededRandom
import Testing

struct BalancerTests {
  @Test
  func `round robin takes one after the other and passes by those without room`() {
    var balancer = Balancer(.roundRobin)
    let all = (0..<4).map { _ in balancer.next(of: 3, load: { _ in 0 }, hasRoom: { _ in true }) }
    #expect(all == [0, 1, 2, 0])
    let some = (0..<4).map { _ in balancer.next(of: 3, load: { _ in 0 }, hasRoom: { $0 != 1 }) }
    #expect(some == [2, 0, 2, 0])
  }

  @Test
  func `least loaded takes the fewest calls, and takes turns among equals`() {
    var balancer = Balancer(.leastLoaded)
    let loads = [2, 1, 3, 1]
    let picks = (0..<4).map { _ in
      balancer.next(of: 4, load: { loads[$0] }, hasRoom: { _ in true })
    }
    #expect(picks == [1, 3, 1, 3])
    #expect(balancer.next(of: 4, load: { loads[$0] }, hasRoom: { $0 == 2 }) == 2)
  }

  @Test(arguments: Balancing.allCases)
  func `nobody is chosen where nobody has room, and a turn survives that connections go`(
    balancing: Balancing
  ) {
    var balancer = Balancer(balancing)
    #expect(balancer.next(of: 0, load: { _ in 0 }, hasRoom: { _ in true }) == nil)
    #expect(balancer.next(of: 2, load: { _ in 0 }, hasRoom: { _ in false }) == nil)
    for _ in 0..<5 { _ = balancer.next(of: 5, load: { _ in 0 }, hasRoom: { _ in true }) }
    #expect(balancer.next(of: 2, load: { _ in 0 }, hasRoom: { _ in true }) == 0)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `least loaded keeps the loads within one of each other`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var balancer = Balancer(.leastLoaded)
    var loads = [Int](repeating: 0, count: 5)
    for _ in 0..<200 {
      let busy = loads.indices.filter { loads[$0] > 0 && loads[$0] == loads.max() }
      if Bool.random(using: &random), let done = busy.randomElement(using: &random) {
        loads[done] -= 1
      }
      let pick = balancer.next(of: 5, load: { [loads] in loads[$0] }, hasRoom: { _ in true })
      loads[try #require(pick)] += 1
      #expect(loads.max() ?? 0 <= (loads.min() ?? 0) + 1)
    }
  }
}
