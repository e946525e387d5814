/// Where handlers run.
public enum HandlerExecution: Sendable, Hashable, CaseIterable {
  /// On Swift's threads, as any task: right for handlers that compute, or call what blocks a thread.
  case pool
  /// Up to their first wait on the event loop of the call's connection, then on Swift's threads:
  /// right for handlers that answer at once, or soon wait for something.
  ///
  /// A call whose handler does not wait then costs no change of thread, which is a good part of what
  /// a small call costs. What a handler does before its first wait holds up every connection of that
  /// event loop, so it should take no longer than some tens of microseconds, and must never block.
  case eventLoop
}
