public import NIOCore
public import Synchronization

/// Brings what tasks ask of a session to its event loop, many at a time.
///
/// Only the first command of a batch wakes the loop: sixty calls that end together cost one wake-up.
///
/// Public, like ``StreamMap``, only so that it is compiled for each module's own commands.
public final class CommandQueue<Command: Sendable>: Sendable {
  @usableFromInline
  struct State {
    @usableFromInline var commands: [Command] = []
    @usableFromInline var isAwake = false
    @usableFromInline var isClosed = false
    @usableFromInline var isNumbering = true
    @usableFromInline var lastNumber: UInt32
    @usableFromInline var receive: (@Sendable () -> Void)?

    @inlinable
    init(lastNumber: UInt32) { self.lastNumber = lastNumber }

    /// Adds a command; what must be run to wake the loop, if it sleeps.
    @inlinable
    mutating func append(_ command: Command) -> (@Sendable () -> Void)? {
      commands.append(command)
      guard !isAwake else { return nil }
      isAwake = true
      return receive
    }
  }

  @usableFromInline let loop: any EventLoop
  @usableFromInline let state: Mutex<State>

  /// Makes a queue whose numbered commands begin after `lastNumber`.
  @inlinable
  public init(loop: any EventLoop, lastNumber: UInt32 = 0) {
    self.loop = loop
    state = Mutex(State(lastNumber: lastNumber))
  }

  /// Sets what is run on the loop when there are commands to `take`.
  @inlinable
  public func onCommands(_ receive: @escaping @Sendable () -> Void) {
    state.withLock { $0.receive = receive }
  }

  /// Adds a command; `false`, and nothing is done, when the queue is closed.
  @discardableResult
  @inlinable
  public func push(_ command: Command) -> Bool {
    let (isAdded, receive) = state.withLock { state in
      state.isClosed ? (false, nil) : (true, state.append(command))
    }
    if let receive { loop.execute(receive) }
    return isAdded
  }

  /// Adds a command that holds the next number; `nil` if the queue is closed or numbers no more.
  @inlinable
  public func pushNumbered(_ make: (UInt32) -> Command) -> UInt32? {
    let (number, receive) = state.withLock { state in
      guard !state.isClosed, state.isNumbering, state.lastNumber < UInt32.max - 1 else {
        return (nil as UInt32?, nil as (@Sendable () -> Void)?)
      }
      state.lastNumber += 1
      return (state.lastNumber, state.append(make(state.lastNumber)))
    }
    if let receive { loop.execute(receive) }
    return number
  }

  /// Refuses numbered commands from now on.
  @inlinable
  public func stopNumbering() { state.withLock { $0.isNumbering = false } }

  /// All commands; when there are none, the next one wakes the loop again.
  @inlinable
  public func take(into commands: inout [Command]) -> Bool {
    commands.removeAll(keepingCapacity: true)
    state.withLock { state in
      swap(&state.commands, &commands)
      state.isAwake = !commands.isEmpty
    }
    return !commands.isEmpty
  }

  /// Refuses commands from now on; returns those that were not taken.
  @inlinable
  public func close() -> [Command] {
    state.withLock { state in
      state.isClosed = true
      state.receive = nil
      defer { state.commands = [] }
      return state.commands
    }
  }
}
