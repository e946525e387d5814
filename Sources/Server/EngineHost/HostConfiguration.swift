package import RPCCore

/// Which program engines are, what they read, and how much of the machine they get.
package struct HostConfiguration: Sendable {
  /// The path of `diyml-engine`.
  package var program: String
  /// The folders of stored objects and of files that are not objects yet.
  package var objects: String
  package var staging: String
  /// The weights that trainings start from.
  package var backbone: String
  /// Of the largest object that the store holds.
  package var objectBytesMax: UInt64
  /// Where the private folder for sockets is made; a short path, since those of sockets are limited.
  package var temporaryFolder = "/tmp"

  /// Inference engines that are kept ready beside the one that serves, so that one which dies is
  /// replaced at once; each takes about 150 MB while it waits.
  package var standbyEngines = 1

  /// Threads of one tensor operation.
  package var inferenceThreads = 2
  package var trainingThreads = 2
  /// 0 to 19; trainings give way to inference.
  package var trainingNice = 19
  /// Freed memory of tensors that an engine keeps, in MiB; a training peaks at 1,800.
  package var inferenceCacheMebibytes = 384
  package var trainingCacheMebibytes = 2_048

  /// Run around each call to an engine.
  package var interceptors: [any ClientInterceptor] = []
  /// The file to which engines add the spans of their calls; `nil` for none.
  package var traceLog: String?

  /// How long an engine may take to start.
  package var startTimeout = Duration.seconds(30)
  /// How long a call waits for an inference engine that is being started again.
  package var callPatience = Duration.seconds(10)
  /// Until an engine that was asked to end is killed.
  package var endTimeout = Duration.seconds(2)

  package init(
    program: String, objects: String, staging: String, backbone: String, objectBytesMax: UInt64
  ) {
    self.program = program
    self.objects = objects
    self.staging = staging
    self.backbone = backbone
    self.objectBytesMax = objectBytesMax
  }
}

/// Why an engine could not be started.
package enum EngineHostError: Error, Equatable {
  /// The folder for sockets cannot be made.
  case folder(String, errno: Int32)
  /// A socket's path is longer than the system allows.
  case pathTooLong(String, limit: Int)
  /// The program ended, or said something else, before it was ready.
  case notReady(String)
}

extension EngineHostError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .folder(let path, let errno): "the folder \(path) cannot be made: error \(errno)"
    case .pathTooLong(let path, let limit):
      "the socket's path \(path) has \(path.utf8.count) bytes; the limit is \(limit)"
    case .notReady(let reason): "an engine did not start: \(reason)"
    }
  }
}
