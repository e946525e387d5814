public import RPCCore

/// What a client is doing at one moment, for people who look for what is wrong.
public struct ClientSnapshot: Sendable {
  /// One connection.
  public struct Connection: Sendable {
    /// Where a connection stands on its way.
    public enum State: String, Sendable {
      /// The server has not said hello yet.
      case connecting
      /// It takes calls.
      case ready
      /// It only finishes its calls, because the server is stopping or it was idle.
      case leaving
    }

    /// The address it leads to.
    public let address: Address
    /// Where it stands.
    public let state: State
    /// Calls under way, those that wait for a slot of the server included.
    public let openCalls: Int
    /// Calls since it was made.
    public let callsBegun: Int
    /// Calls that the server takes at once.
    public let streamsMax: Int
  }

  /// One address.
  public struct Target: Sendable {
    /// The address.
    public let address: Address
    /// Connections to it that failed in a row.
    public let failures: Int
    /// How long it is left alone; `nil` if it may be tried now.
    public let retryIn: Duration?
    /// Why the last connection failed or was lost, until one is made.
    public let lastError: Status?
  }

  /// The connections, those that take calls first.
  public let connections: [Connection]
  /// The addresses, in the order of the configuration.
  public let targets: [Target]
  /// Calls that wait for a connection.
  public let waitingCalls: Int
  /// Attempts after the first, of all calls since the client was made.
  public let retries: Int
  /// Whole tokens that are left for retries.
  public let retryTokens: Int
}

extension Client {
  /// What the client is doing now.
  public func snapshot() -> ClientSnapshot {
    let (logic, waiting) = pool.snapshot()
    let now = ContinuousClock.now
    return ClientSnapshot(
      connections: logic.connections,
      targets: logic.targets.map { target in
        ClientSnapshot.Target(
          address: target.address, failures: target.backoff.failures,
          retryIn: target.retryAt.flatMap { $0 > now ? now.duration(to: $0) : nil },
          lastError: target.lastError)
      },
      waitingCalls: waiting, retries: retries.count, retryTokens: retries.tokens)
  }
}

extension PoolState {
  fileprivate var connections: [ClientSnapshot.Connection] {
    describe(ready, .ready) + describe(connecting, .connecting) + describe(leaving, .leaving)
  }

  private func describe(
    _ members: [Member], _ state: ClientSnapshot.Connection.State
  ) -> [ClientSnapshot.Connection] {
    members.map { member in
      ClientSnapshot.Connection(
        address: targets[member.target].address, state: state, openCalls: member.counter.open,
        callsBegun: member.counter.total, streamsMax: member.counter.slots)
    }
  }
}
