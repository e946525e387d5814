import RPCCore

/// What a connection does because time has passed.
extension ServerSession {
  func timerFired(_ token: UInt64, now: ContinuousClock.Instant) {
    if token == Self.connectionToken {
      connectionTimer = nil
      look(at: now)
    } else if token == Self.paceToken {
      paceTimer = nil
      checkPace(at: now)
    } else if token == Self.writeToken {
      writeTimer = nil
      let limit = server.limits.writeTimeout
      fail(ConnectionFault(.timeout, "nothing of what waited to be sent was taken for \(limit)"))
    } else {
      stop(
        StreamID(UInt32(token)),
        Status(.deadlineExceeded, "the call's deadline passed while the server worked on it"))
    }
    flush()
  }

  /// Does what is due because time has passed: asks for a sign of life, lets go, closes.
  private func look(at now: ContinuousClock.Instant) {
    let look = life.look(
      at: now,
      ConnectionLife.Signs(
        isReady: connection.isReady, callCount: connection.callCount, lastCall: lastCall,
        lastHeard: facts.heard))
    for action in look.actions where !isClosing {
      switch action {
      case .drain(let reason): connection.beginDrain(reason)
      case .nameLast: connection.nameLast()
      case .ask: connection.keepAlive()
      case .close(let fault): fail(fault)
      }
    }
    checkArriving(at: now)
    if !isClosing {
      let isAwaiting = !calls.isEmpty && look.next > now + requestAllowance
      setConnectionTimer(isAwaiting ? now + requestAllowance : look.next)
    }
  }

  /// What the only request of a call may take until it has begun or is whole: as long as the largest
  /// message.
  private var requestAllowance: Duration {
    let limits = server.limits
    return limits.receiveGrace
      + .seconds(Double(limits.messageBytesMax) / Double(limits.receiveBytesPerSecondMin))
  }

  /// Ends calls that hold a slot while their only request does not come.
  private func checkArriving(at now: ContinuousClock.Instant) {
    let allowance = requestAllowance
    for (stream, call) in calls
    where call.stage == .arriving && call.context.arrival + allowance <= now
      && !connection.isWithinMessage(stream)
    {
      stop(stream, Status(.resourceExhausted, "no whole request within \(allowance)"))
    }
  }

  /// Ends what takes too long to arrive.
  private func checkPace(at now: ContinuousClock.Instant) {
    guard !isClosing else { return }
    do {
      for event in try connection.checkPace(at: now) { handle(event, now) }
      if let due = connection.paceDue { setPaceTimer(max(due, now + .milliseconds(1))) }
    } catch {
      fail(error)
    }
  }

  func setPaceTimer(_ due: ContinuousClock.Instant) {
    paceTimer = timer.set(due: due, for: self, token: Self.paceToken)
  }

  func setConnectionTimer(_ due: ContinuousClock.Instant) {
    connectionTimer = timer.set(due: due, for: self, token: Self.connectionToken)
  }
}
