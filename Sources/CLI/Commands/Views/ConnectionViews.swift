import RPCServices

/// What `debug connections` prints.
struct ConnectionListView: Encodable {
  let connections: [ConnectionView]

  static func table(_ connections: [ConnectionView]) -> Table {
    var table = Table([
      .init("CONNECTION"), .init("PEER"), .init("STATE"), .init("AGE", isNumeric: true),
      .init("IDLE", isNumeric: true), .init("PING", isNumeric: true),
      .init("CALLS", isNumeric: true), .init("OPEN", isNumeric: true),
      .init("IN", isNumeric: true), .init("OUT", isNumeric: true),
      .init("WINDOWS", isNumeric: true), .init("QUEUED", isNumeric: true), .init("IDENTITY"),
    ])
    for one in connections {
      table.append([
        one.name, one.peer, one.state, seconds(one.ageSeconds), seconds(one.idleSeconds),
        one.pingMilliseconds.map { "\(rounded($0)) ms" } ?? "", "\(one.callsStarted)",
        "\(one.calls.count)", "\(one.bytesReceived)", "\(one.bytesSent)",
        "\(one.sendWindowBytes)/\(one.receiveWindowBytes)", "\(one.queuedBytes)", one.identity,
      ])
    }
    return table
  }

  static func calls(_ connections: [ConnectionView]) -> Table {
    var table = Table([
      .init("REQUEST"), .init("METHOD"), .init("STATE"), .init("AGE", isNumeric: true),
      .init("LEFT", isNumeric: true), .init("IN", isNumeric: true), .init("OUT", isNumeric: true),
      .init("WINDOWS", isNumeric: true), .init("QUEUED", isNumeric: true),
    ])
    for call in connections.flatMap(\.calls) {
      table.append([
        call.requestID, call.method, call.isRunning ? "running" : "arriving",
        seconds(call.ageSeconds), call.leftSeconds.map(seconds) ?? "",
        "\(call.messagesReceived) (\(call.bytesReceived))",
        "\(call.messagesSent) (\(call.bytesSent))",
        "\(call.sendWindowBytes)/\(call.receiveWindowBytes)", "\(call.queuedBytes)",
      ])
    }
    return table
  }

  private static func seconds(_ value: Double) -> String { "\(rounded(value)) s" }

  private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}

struct ConnectionView: Encodable {
  let name, peer, identity, agent, state: String
  let ageSeconds, idleSeconds: Double
  let pingMilliseconds: Double?
  let callsStarted, bytesReceived, bytesSent, queuedBytes: UInt64
  let sendWindowBytes, receiveWindowBytes: Int64
  let calls: [CallView]

  init(_ info: ConnectionInfo) {
    name = TextWidth.printable(info.name)
    peer = TextWidth.printable(info.peer)
    identity = TextWidth.printable(info.identity)
    agent = TextWidth.printable(info.agent)
    state =
      switch info.state {
      case .greeting: "greeting"
      case .ready: "ready"
      case .draining: "draining"
      case .closing: "closing"
      case .unspecified, .unrecognized: "unknown"
      }
    ageSeconds = Double(info.ageMicroseconds) / 1e6
    idleSeconds = Double(info.idleMicroseconds) / 1e6
    pingMilliseconds = info.pingMicroseconds.map { Double($0) / 1e3 }
    callsStarted = info.callsStarted
    bytesReceived = info.bytesReceived
    bytesSent = info.bytesSent
    queuedBytes = info.queuedBytes
    sendWindowBytes = info.sendWindowBytes
    receiveWindowBytes = info.receiveWindowBytes
    calls = info.calls.map(CallView.init)
  }
}

struct CallView: Encodable {
  let stream: UInt32
  let method, requestID: String
  let isRunning: Bool
  let ageSeconds: Double
  let leftSeconds: Double?
  let messagesReceived, bytesReceived, messagesSent, bytesSent, queuedBytes: UInt64
  let sendWindowBytes, receiveWindowBytes: Int64

  init(_ info: CallInfo) {
    stream = info.stream
    method = TextWidth.printable(info.method)
    requestID = TextWidth.printable(info.requestId)
    isRunning = info.isRunning
    ageSeconds = Double(info.ageMicroseconds) / 1e6
    leftSeconds = info.leftMicroseconds.map { Double($0) / 1e6 }
    messagesReceived = info.messagesReceived
    bytesReceived = info.bytesReceived
    messagesSent = info.messagesSent
    bytesSent = info.bytesSent
    queuedBytes = info.queuedBytes
    sendWindowBytes = info.sendWindowBytes
    receiveWindowBytes = info.receiveWindowBytes
  }
}
