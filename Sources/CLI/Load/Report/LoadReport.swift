import CommandLineKit
import Foundation

/// What a run showed, as it is printed, saved, drawn and compared.
struct LoadReport: Codable, Sendable, Equatable {
  /// A figure, and the range in which it would likely lie if the run were repeated on a machine
  /// that is as quiet, judged by how it varied within the run.
  struct Figure: Codable, Sendable, Equatable {
    var value: Double
    var low: Double?
    var high: Double?
  }

  struct Setup: Codable, Sendable, Equatable {
    struct Method: Codable, Sendable, Equatable {
      var method: String
      var weight: Int
    }

    var server: String
    var methods: [Method]
    var connections: Int
    var streams: Int
    /// The rate that was asked for; none in a closed loop.
    var rate: Double?
    var durationSeconds: Double
    var warmUpSeconds: Double
    var timeoutSeconds: Double
    var seed: UInt64
  }

  struct Calls: Codable, Sendable, Equatable {
    var succeeded: Int
    var failed: Int
    /// Under way when the run was over.
    var unfinished: Int
    var warmUp: Int

    var measured: Int { succeeded + failed + unfinished }
  }

  struct Percentile: Codable, Sendable, Equatable {
    var percentile: Double
    var milliseconds: Figure
  }

  struct Point: Codable, Sendable, Equatable {
    var percentile: Double
    var milliseconds: Double
  }

  struct Latency: Codable, Sendable, Equatable {
    var count: Int
    var minMilliseconds: Double
    var meanMilliseconds: Double
    var maxMilliseconds: Double
    var percentiles: [Percentile]
    /// More points, for a plot.
    var curve: [Point]
  }

  /// How well the schedule of an open loop was kept.
  struct OpenLoop: Codable, Sendable, Equatable {
    /// Calls that were due in the measured time.
    var scheduled: Int
    var sent: Int
    /// Due calls that no caller was free for until the end.
    var neverSent: Int
    var backlogMax: Int
    /// From the intended start of a call to its actual start.
    var delayMedianMilliseconds: Double
    var delayP99Milliseconds: Double
    var delayMaxMilliseconds: Double

    /// At least so much of what was due must be sent, for the rate to be kept.
    static let shareMin = 0.99

    var isKept: Bool { Double(sent) >= Double(scheduled) * Self.shareMin }
  }

  struct Failure: Codable, Sendable, Equatable {
    var code: String
    var count: Int
    var example: String
  }

  struct Method: Codable, Sendable, Equatable {
    var method: String
    var weight: Int
    var succeeded: Int
    var failed: Int
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    var maxMilliseconds: Double
  }

  struct Traffic: Codable, Sendable, Equatable {
    var messagesSentPerSecond: Double
    var messagesReceivedPerSecond: Double
    /// Of messages, without what frames them.
    var bytesSentPerSecond: Double
    var bytesReceivedPerSecond: Double
  }

  struct Process: Codable, Sendable, Equatable {
    var pid: Int
    var name: String
    var cores: Double
    var memoryBytesMax: Int
  }

  struct Server: Codable, Sendable, Equatable {
    /// Processors kept busy, on average.
    var cores: Double
    var memoryBytesMax: Int
    var processes: [Process]
  }

  /// What happened in one part of the measured time.
  struct Moment: Codable, Sendable, Equatable {
    /// Seconds after the warm-up.
    var start: Double
    var end: Double
    var callsPerSecond: Double
    var failed: Int
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    var maxMilliseconds: Double
    /// Calls that were due at its end and not made.
    var backlog: Int
    /// Processors the server kept busy.
    var serverCores: Double?
    var serverMemoryBytes: Int?

    /// Calls that succeeded.
    var completed: Double { callsPerSecond * (end - start) }
  }

  /// Tells this format from others, and later ones.
  var format = Self.currentFormat
  var startedAt: String
  var setup: Setup
  var wasInterrupted: Bool
  var measuredSeconds: Double
  var calls: Calls
  var callsPerSecond: Figure
  var latency: Latency
  var openLoop: OpenLoop?
  var failures: [Failure]
  var methods: [Method]
  var traffic: Traffic
  /// What the server's processes used; none where that is not known.
  var server: Server?
  /// Processors that the load generator itself kept busy, and those of the machine.
  var generatorCores: Double
  var machineCores: Int
  var timeline: [Moment]

  static let currentFormat = "diyml-load/1"
  static let percentiles = [50, 90, 99, 99.9, 99.99]
}

/// Saved reports.
enum ReportFile {
  private static let bytesMax = 64 << 20

  /// Reads what `--save` wrote.
  ///
  /// - Throws: `CommandFailure.local` if the file cannot be read or is not a report.
  static func report(at path: String) throws -> LoadReport {
    let bytes = try InputFile.bytes(at: path, bytesMax: bytesMax)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let shown = TextWidth.printable(path)
    do {
      let report = try decoder.decode(LoadReport.self, from: Data(bytes))
      guard report.format == LoadReport.currentFormat else {
        throw CommandFailure.local(
          "file '\(shown)' has format '\(TextWidth.printable(report.format))';"
            + " this program reads \(LoadReport.currentFormat)")
      }
      return report
    } catch let error as DecodingError {
      throw CommandFailure.local("file '\(shown)' is not a report of diyml-load: \(error)")
    }
  }
}
