package import Codec
package import NIOCore

extension Transfer {
  /// Payload bytes of one DATA frame, at most: the longest time that one message holds up others.
  ///
  /// Two such frames fit into ``stagedCapacity``.
  static let chunkBytesMax = 32 << 10 - 64
  /// Bytes that are made ready at once; more would only wait in front of what comes later.
  static let stagedBytesMax = 2 * chunkBytesMax
  /// Room for that in one piece of memory.
  private static let stagedCapacity = 64 << 10
  /// Writes that are done before the event loop's other work gets its turn.
  static let writesPerTurnMax = 4

  /// A message of which bytes went out, its overhead with the last of them: its call may write more.
  package struct Sent: Equatable, Sendable {
    package let stream: StreamID
    package let bytes: Int
  }

  /// Takes the notes, those of one stream that stand together as one.
  package static func drain(_ notes: inout [Sent], _ body: (Sent) -> Void) {
    var joined: Sent?
    for note in notes {
      if let last = joined, last.stream == note.stream {
        joined = Sent(stream: last.stream, bytes: last.bytes + note.bytes)
      } else {
        if let joined { body(joined) }
        joined = note
      }
    }
    if let joined { body(joined) }
    notes.removeAll(keepingCapacity: true)
  }

  /// Adds to what the stream has to send.
  package mutating func enqueue(_ item: OutboundQueue.Item, on stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    let item = streams[at: index].compressesOutput ? compressed(item) : item
    if streams[at: index].place == .none, streams[at: index].outbound.isEmpty,
      stageAtOnce(item, on: stream, at: index)
    {
      return
    }
    streams[at: index].outbound.append(item)
    if streams[at: index].place == .none { place(stream, at: index) }
  }

  /// Drops what the stream has not sent; returns whether its OPEN was among that.
  @discardableResult
  package mutating func discardOutput(of stream: StreamID) -> (heldOpen: Bool, bytes: Int) {
    guard let index = streams.index(forKey: stream) else { return (false, 0) }
    // What comes after, an END, must not wait for the connection's credit as the messages did.
    if streams[at: index].place == .connection { streams[at: index].place = .none }
    let heldOpen = streams[at: index].outbound.holdsOpen
    return (heldOpen, streams[at: index].outbound.removeAll())
  }

  /// Whether as much is ready as is written at once.
  package var isFull: Bool { staged.readableBytes >= Self.stagedBytesMax }

  /// Whether all that the stream had to send was staged.
  package func hasSentAll(_ stream: StreamID) -> Bool { streams[stream]?.outbound.isEmpty ?? true }

  /// Writes a frame ahead of all streams.
  package mutating func stage(_ header: FrameHeader, _ payload: Bytes = Bytes()) {
    staged.writeFrameHeader(header)
    staged.write(payload[...])
  }

  /// Stages what takes one frame and needs wait for nothing, without the queues; `false` if it must
  /// go through them.
  private mutating func stageAtOnce(
    _ item: OutboundQueue.Item, on stream: StreamID, at index: Int
  ) -> Bool {
    guard schedule.isEmpty, staged.readableBytes < Self.stagedBytesMax else { return false }
    let stagedBytes = staged.readableBytes
    defer { stagedAtOnceBytes += staged.readableBytes - stagedBytes }
    switch item {
    case .frame(let type, let payload):
      stage(FrameHeader(type, stream: stream, length: payload.count), payload)
      schedule.sentSmall(bytes: payload.count)
    case .finish:
      stage(FrameHeader(.data, flags: .finish, stream: stream, length: 0))
    case .message(let bytes, let offset, let isLast):
      guard offset == 0, bytes.count <= chunkBytesMax,
        let chunk = chunk(of: bytes, from: 0, at: index), chunk.isLast
      else { return false }
      write(bytes, from: 0, chunk, flags: [], isLast: isLast, on: stream)
      spend(chunk.cost, at: index)
      sentAtOnce.append(Sent(stream: stream, bytes: chunk.cost))
    case .compressed: return false
    }
    return true
  }

  /// Makes frames ready, and returns all that is ready to be written; `nil` if that is nothing.
  package mutating func takeStaged(sent: inout [Sent]) -> ByteBuffer? {
    if !sentAtOnce.isEmpty {
      sent += sentAtOnce
      sentAtOnce.removeAll(keepingCapacity: true)
    }
    while staged.readableBytes < Self.stagedBytesMax, let stream = schedule.next() {
      guard let index = streams.index(forKey: stream) else { continue }
      sendOnce(stream, at: index, sent: &sent)
      place(stream, at: index)
    }
    guard staged.readableBytes > 0 else { return nil }
    stagedAtOnceBytes = 0
    defer { staged = ByteBuffer() }
    return staged
  }

  // MARK: Credit and settings of the peer

  /// Takes a CREDIT frame, of a stream that may have ended already.
  package mutating func received(credit: Int, for stream: StreamID) throws(ConnectionFault) {
    if stream == .connection {
      try connectionCredit.add(credit)
      placeWaitingForConnection()
    } else if let index = streams.index(forKey: stream) {
      try streams[at: index].credit.add(credit)
      if streams[at: index].place == .none { place(stream, at: index) }
    }
  }

  /// Takes the peer's settings; streams that were opened before get the difference.
  package mutating func received(_ settings: PeerSettings) throws(ConnectionFault) {
    let streamDifference = settings.streamWindowBytes - peer.streamWindowBytes
    try connectionCredit.add(settings.connectionWindowBytes - peer.connectionWindowBytes)
    peer = settings
    for (stream, _) in streams { try received(credit: streamDifference, for: stream) }
    placeWaitingForConnection()
  }

  private mutating func placeWaitingForConnection() {
    var waiting = schedule.takeWaitingForConnection()
    while let stream = waiting.popFirst() {
      if let index = streams.index(forKey: stream) { place(stream, at: index) }
    }
  }

  // MARK: One stream's turn

  /// Keeps what the stream has to send until `release`.
  package mutating func hold(_ stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    streams[at: index].place = .held
  }

  /// Lets a held stream send.
  package mutating func release(_ stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    place(stream, at: index)
  }

  private mutating func place(_ stream: StreamID, at index: Int) {
    let place: Place =
      switch streams[at: index].outbound.first {
      case nil: .none
      case .frame, .finish: .small
      case .message(let bytes, let sent, _):
        self.place(ofMessage: bytes.count, past: overhead(sent), at: index)
      case .compressed(let body, _, let sent, _):
        sent > 0 ? .bulk : self.place(ofMessage: body.count, past: overhead(0), at: index)
      }
    streams[at: index].place = place
    schedule.add(stream, at: place)
  }

  private func place(ofMessage bytes: Int, past overhead: Int, at index: Int) -> Place {
    if streams[at: index].credit.available <= overhead { return .none }
    if connectionCredit.available <= overhead { return .connection }
    return bytes <= chunkBytesMax ? .small : .bulk
  }

  private mutating func sendOnce(_ stream: StreamID, at index: Int, sent: inout [Sent]) {
    switch streams[at: index].outbound.first {
    case nil: return
    case .frame(let type, let payload):
      stage(FrameHeader(type, stream: stream, length: payload.count), payload)
      schedule.sentSmall(bytes: payload.count)
      if type == .end { endedStreams.append(stream) }
      streams[at: index].outbound.advance()
    case .finish:
      stage(FrameHeader(.data, flags: .finish, stream: stream, length: 0))
      streams[at: index].outbound.advance()
    case .message(let bytes, let offset, let isLast):
      let chunk = chunk(of: bytes, from: offset, at: index)
      guard let chunk else { return }
      write(bytes, from: offset, chunk, flags: [], isLast: isLast, on: stream)
      spend(chunk.cost, at: index)
      let overhead = chunk.isLast ? ReceiveWindow.messageOverheadBytes : 0
      sent.append(Sent(stream: stream, bytes: chunk.range.count + overhead))
      let rest = OutboundQueue.Item.message(bytes, sent: chunk.range.upperBound, isLast: isLast)
      streams[at: index].outbound.advance(to: chunk.isLast ? nil : rest)
    case .compressed(let body, let inflatedBytes, let offset, let isLast):
      sendCompressed(
        body, inflatedBytes: inflatedBytes, from: offset, isLast: isLast, on: stream, at: index,
        sent: &sent)
    }
  }

  /// The next piece of a message, as far as credit and the peer's frames allow.
  struct Chunk {
    /// Offsets in the message.
    let range: Range<Int>
    /// Whether the message's total stands before the first of several chunks.
    let statesTotal: Bool
    let isLast: Bool
    /// Credit that it takes.
    let cost: Int
  }

  var chunkBytesMax: Int { min(Self.chunkBytesMax, peer.frameBytesMax) }

  /// Credit that must be exceeded for a message, or its next chunk, to move at all.
  private func overhead(_ sent: Int) -> Int {
    sent == 0 ? ReceiveWindow.messageOverheadBytes + 4 : 0
  }

  private func chunk(of bytes: SegmentedBytes, from offset: Int, at index: Int) -> Chunk? {
    let credit = min(streams[at: index].credit.available, connectionCredit.available)
    guard credit > overhead(offset) else { return nil }
    let left = bytes.count - offset
    if offset > 0 {
      let count = min(left, credit, chunkBytesMax)
      return Chunk(
        range: offset..<offset + count, statesTotal: false, isLast: count == left, cost: count)
    }
    let cost = left + ReceiveWindow.messageOverheadBytes
    if left <= chunkBytesMax, cost <= credit {
      return Chunk(range: 0..<left, statesTotal: false, isLast: true, cost: cost)
    }
    let count = min(left - 1, credit - overhead(0), chunkBytesMax - 4)
    return Chunk(
      range: 0..<count, statesTotal: true, isLast: false, cost: count + overhead(0))
  }

  mutating func write(
    _ bytes: SegmentedBytes, from offset: Int, _ chunk: Chunk, flags: FrameFlags, isLast: Bool,
    on stream: StreamID
  ) {
    var flags = flags
    if offset == 0 { flags.insert(.first) }
    if chunk.isLast { flags.insert(.last) }
    if chunk.isLast && isLast { flags.insert(.finish) }
    let isWhole = offset == 0 && chunk.isLast
    let length = chunk.range.count + (chunk.statesTotal ? 4 : 0)
    if !isWhole { staged.reserveCapacity(Self.stagedCapacity) }
    staged.writeFrameHeader(
      FrameHeader(
        .data, flags: flags, trafficClass: isWhole ? .normal : .bulk, stream: stream,
        length: length))
    if chunk.statesTotal { staged.writeInteger(UInt32(bytes.count)) }
    bytes.forEachSegment(in: chunk.range) { staged.write($0) }
    if isWhole { schedule.sentSmall(bytes: length) }
    sentDataFrames += 1
  }

  private mutating func spend(_ cost: Int, at index: Int) {
    streams[at: index].credit.spend(cost)
    connectionCredit.spend(cost)
  }
}

extension ByteBuffer {
  /// Writes all bytes of a view, in one copy.
  fileprivate mutating func write(_ bytes: Bytes) {
    bytes.withUnsafeBytes { _ = writeBytes($0) }
  }
}
