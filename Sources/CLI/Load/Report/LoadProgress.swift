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
    var details = [left, "\(NumberFormat.grouped(state.callsPerSecond))/s"]
    if state.phase == .measuring {
      if state.failed > 0 { details.append("\(NumberFormat.grouped(Double(state.failed))) failed") }
      if state.backlog > 0 {
        details.append("backlog \(NumberFormat.grouped(Double(state.backlog)))")
      }
      details.append("p50 " + NumberFormat.latency(milliseconds: Double(state.median) / 1e6))
      details.append("p99 " + NumberFormat.latency(milliseconds: Double(state.percentile99) / 1e6))
    }
    return bar.line(
      label: label, fraction: state.elapsed / totalSeconds, details: details, columns: columns)
  }
}
