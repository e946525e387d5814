import Glibc

/// The functions of `Tests/Server/DiskLayer`, which this program is started with in `LD_PRELOAD`.
struct DiskLayer: Sendable {
  /// The program runs without the layer.
  struct Missing: Error {}

  private typealias Watch = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  private typealias Mark = @convention(c) (UnsafePointer<CChar>) -> Void
  private typealias Fail = @convention(c) (UInt64, Int32, Int32) -> Void
  private typealias Heal = @convention(c) () -> UInt64
  private typealias CanFail = @convention(c) (UInt32, UInt32, Int32) -> Int32

  private let watchFunction: Watch
  private let markFunction: Mark
  private let failFunction: Fail
  private let healFunction: Heal
  private let canFailFunction: CanFail

  init() throws {
    func symbol<Function>(_ name: String, _: Function.Type) throws -> Function {
      guard let address = dlsym(nil, name) else { throw Missing() }
      return unsafeBitCast(address, to: Function.self)
    }
    watchFunction = try symbol("disk_layer_watch", Watch.self)
    markFunction = try symbol("disk_layer_mark", Mark.self)
    failFunction = try symbol("disk_layer_fail", Fail.self)
    healFunction = try symbol("disk_layer_heal", Heal.self)
    canFailFunction = try symbol("disk_layer_can_fail", CanFail.self)
  }

  /// Writes what happens below `root` into a new log from now on.
  func watch(_ root: String, log: String) throws {
    let code = watchFunction(root, log)
    guard code == 0 else { throw Errno(code: code) }
  }

  func stopWatching() { _ = watchFunction("", "") }

  func mark(_ text: String) { markFunction(text) }

  /// The call of this number from now on fails, with `isSticky` all after it too.
  func fail(_ number: Int, _ error: Int32, isSticky: Bool) {
    failFunction(UInt64(number), error, isSticky ? 1 : 0)
  }

  /// - Returns: how many calls have failed.
  @discardableResult
  func heal() -> Int { Int(healFunction()) }

  func canFail(_ call: UInt32, flags: UInt32, _ error: Int32) -> Bool {
    canFailFunction(call, flags, error) != 0
  }
}

struct Errno: Error { let code: Int32 }
