/// What a server allows to the calls of one method, within the bounds of ``Limits``.
public struct MethodPolicy: Sendable, Hashable {
  /// Handlers of the method that run at once, over all connections; 1 and more, or `nil` for no
  /// bound but those of the connections.
  public var handlersMax: Int?
  /// Calls that wait while ``handlersMax`` handlers run; 0 to 100,000.
  ///
  /// A call beyond them is refused at once, as is one that would wait past its deadline.
  public var waitingMax = 0
  /// Bytes in one request; 1 to ``Limits/messageBytesMax``, or `nil` for that.
  public var requestBytesMax: Int?
  /// Whether responses are compressed for callers that take it; `nil` for those that ask for it.
  public var compressesResponses: Bool?
  /// Where the method's handlers run; `nil` for where the server's do.
  public var execution: HandlerExecution?

  /// No bounds of the method's own, unless given.
  public init(
    handlersMax: Int? = nil, waitingMax: Int = 0, requestBytesMax: Int? = nil,
    compressesResponses: Bool? = nil, execution: HandlerExecution? = nil
  ) {
    self.handlersMax = handlersMax
    self.waitingMax = waitingMax
    self.requestBytesMax = requestBytesMax
    self.compressesResponses = compressesResponses
    self.execution = execution
  }

  /// Stops the program if a value is out of its bounds: that is a mistake in the program.
  package func check(_ method: MethodDescriptor, _ limits: Limits) {
    precondition(handlersMax ?? 1 > 0, "handlersMax \(handlersMax ?? 0) of \(method)")
    precondition((0...100_000).contains(waitingMax), "waitingMax \(waitingMax) of \(method)")
    precondition(
      (1...limits.messageBytesMax).contains(requestBytesMax ?? 1),
      "requestBytesMax \(requestBytesMax ?? 0) of \(method)")
  }
}
