import CommandLineKit
import Drawing

/// The line that tells people how a run goes.
struct LoadProgress: Sendable {
  let bar: ProgressBar
  let columns: Int
  let totalSeconds: Double
  let connections: Int

  func line(_ state: RunState) -> String {
    let left = Format.clock(seconds: max(0, totalSeconds - state.elapsed)) + " left"
    let label: String
    switch state.phase {
    case .connecting:
      return "connecting \(Format.count(connections, "connection"))"
    case .finishing:
      return "waiting for the last answers"
    case .warmingUp: label = "warming up"
    case .measuring: label = "measuring "
    }
    var details = [left, "\(Numbers.grouped(state.callsPerSecond))/s"]
    if state.phase == .measuring {
      if state.failed > 0 { details.append("\(Numbers.grouped(Double(state.failed))) failed") }
      if state.backlog > 0 { details.append("backlog \(Numbers.grouped(Double(state.backlog)))") }
      details.append("p50 " + Numbers.latency(milliseconds: Double(state.median) / 1e6))
      details.append("p99 " + Numbers.latency(milliseconds: Double(state.percentile99) / 1e6))
    }
    return bar.line(
      label: label, fraction: state.elapsed / totalSeconds, details: details, columns: columns)
  }
}
