internal import SeededRandom

/// Every power loss that is tried of a log: after each of its calls, with all or some or none of
/// what was not safe then.
package struct PowerCuts: Sendable {
  /// Which steps had been acknowledged and begun, by number from 0; -1 is none.
  package struct Progress: Sendable, Hashable {
    package var done: Int
    package var begun: Int
  }

  /// Changes since the last synchronization of which every combination is tried.
  ///
  /// Beyond that, none, all, each torn newest write, and some that chance chooses.
  static let allCombinationsMax = 8
  static let chosenByChance = 10

  package private(set) var model: DiskModel
  package private(set) var progress: Progress
  /// Calls that changed or synchronized something.
  package private(set) var prefixes = 0
  private var firstSinceSync = 0
  private var random: SeededGenerator

  /// Begins with what step `before` has left.
  package init(_ model: DiskModel, before: Int, seed: UInt64) {
    self.model = model
    progress = Progress(done: before, begun: before)
    random = SeededGenerator(seed: seed)
  }

  /// `kill -9` takes nothing from the disk, but ends what was begun.
  package mutating func restartPrograms() { model.restartPrograms() }

  /// Takes in the next call.
  ///
  /// - Returns: what may survive a power loss right after it.
  package mutating func next(_ record: DiskRecord) -> [Survival] {
    if record.call == .mark {
      let words = record.path.split(separator: " ")
      guard words.count == 2, let number = Int(words[1]) else { return [] }
      if words[0] == "begin" { progress.begun = number } else { progress.done = number }
      return [Survival([]), Survival(everything)]
    }
    let newest = model.changes.last?.number ?? -1
    let count = model.changes.count
    model.apply(record)
    let last = model.changes.last?.number ?? -1
    if record.error == 0, record.call == .sync || record.call == .syncAll {
      firstSinceSync = last + 1
      prefixes += 1
      return afterSync()
    }
    guard last != newest || model.changes.count != count else { return [] }
    prefixes += 1
    return afterChange(last)
  }

  private var everything: Set<Int> { Set(model.changes.map(\.number)) }

  private mutating func afterSync() -> [Survival] {
    let numbers = model.changes.map(\.number)
    if numbers.count <= 4 { return Self.subsets(of: numbers).map { Survival($0) } }
    return [Survival([]), Survival(Set(numbers))]
      + (0..<4).map { _ in Survival(Set(numbers.filter { _ in chance() })) }
  }

  /// Without the newest change it would be what was tried after the call before.
  private mutating func afterChange(_ newest: Int) -> [Survival] {
    let all = everything
    let older = all.filter { $0 < firstSinceSync }
    let recent = all.filter { $0 >= firstSinceSync && $0 != newest }.sorted()
    var survivals = [Survival([]), Survival(all)]
    if recent.count < Self.allCombinationsMax {
      for subset in Self.subsets(of: recent) {
        survivals.append(Survival(subset.union([newest])))
        if !older.isEmpty { survivals.append(Survival(subset.union(older).union([newest]))) }
      }
    } else {
      survivals.append(Survival([newest]))
      for _ in 0..<Self.chosenByChance {
        survivals.append(Survival(all.filter { $0 == newest || chance() }))
      }
    }
    for tear in Survival.Tear.allCases where model.canTear(newest, tear) {
      survivals.append(Survival([newest], torn: (newest, tear)))
      survivals.append(Survival(all, torn: (newest, tear)))
    }
    return survivals
  }

  private mutating func chance() -> Bool { Bool.random(using: &random) }

  static func subsets(of numbers: [Int]) -> [Set<Int>] {
    (0..<(1 << numbers.count)).map { bits in
      Set(numbers.indices.filter { bits & (1 << $0) != 0 }.map { numbers[$0] })
    }
  }
}

extension DiskModel {
  func canTear(_ number: Int, _ tear: Survival.Tear) -> Bool {
    guard let change = changes.last, change.number == number,
      case .write(_, let bytes) = change.effect
    else { return false }
    return tear == .zeros || bytes.count > Survival.sectorBytes
  }
}
