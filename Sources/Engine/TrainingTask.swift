internal import API
internal import Cryptography
internal import Foundation
internal import ImageHeaders
internal import Images
internal import Model
internal import RPCCore

/// One training, checked, as `TrainerProvider` runs it.
struct TrainingTask: Sendable {
  /// Trains on the thread that calls it, which must be a `TorchThread`.
  ///
  /// The result lacks the hash of the model's file.
  let train: @Sendable (Trainer) throws -> (EngineTrainEvent.Result, model: SafetensorsFile)
}

extension ClassificationRecipe {
  init(_ parameters: TrainingParameters, computingThreads: Int) throws(Status) {
    self.init()
    self.computingThreads = computingThreads
    seed = UInt64(bitPattern: parameters.seed ?? 0)
    timeBudget = parameters.timeBudget ?? timeBudget
    validationFraction = parameters.chosen(\.validationFraction) ?? validationFraction
    inputSide = parameters.chosen(\.inputSide).map(Int.init)
    fineTuningEpochs = parameters.chosen(\.epochs).map(Int.init) ?? fineTuningEpochs
    if parameters.headOnly { fineTuningEpochs = 0 }
    mirrors = !parameters.noFlip
    do throws(ModelError) { try check() } catch { throw Status(error) }
  }
}

extension DetectionRecipe {
  init(_ parameters: TrainingParameters, computingThreads: Int) throws(Status) {
    guard !parameters.headOnly else {
      throw .invalid("parameters.head_only", "true; a detector has no part that learns alone")
    }
    self.init()
    self.computingThreads = computingThreads
    seed = UInt64(bitPattern: parameters.seed ?? 0)
    timeBudget = parameters.timeBudget ?? timeBudget
    validationFraction = parameters.chosen(\.validationFraction) ?? validationFraction
    inputSide = parameters.chosen(\.inputSide).map(Int.init) ?? inputSide
    epochs = parameters.chosen(\.epochs).map(Int.init)
    mirrors = !parameters.noFlip
    do throws(ModelError) { try check() } catch { throw Status(error) }
  }
}

extension TrainingParameters {
  /// Nothing where the recipe is to choose, which 0 stands for.
  fileprivate func chosen<Value: Numeric>(_ parameter: KeyPath<Self, Value>) -> Value? {
    self[keyPath: parameter] == 0 ? nil : self[keyPath: parameter]
  }

  fileprivate var timeBudget: Duration? {
    chosen(\.timeBudgetSeconds).map { .seconds(Int64($0)) }
  }
}

/// The images of a data set, read and checked whenever a training asks for them.
struct StoredImages: Sendable {
  private let hashes: [String]
  private let folders: EngineFolders

  /// - Throws: `INVALID_ARGUMENT` when there are none, and for what is not a hash, by its place among
  ///   the request's examples.
  init(_ hashes: [String], in folders: EngineFolders) throws(Status) {
    guard !hashes.isEmpty else { throw .invalid("examples", "there are none") }
    for (index, hash) in hashes.enumerated() {
      _ = try folders.path(ofObject: hash, field: Self.field(index))
    }
    self.hashes = hashes
    self.folders = folders
  }

  private static func field(_ index: Int) -> String { "examples[\(index)].object" }

  /// The whole image as a square of `side * side` RGB pixels.
  ///
  /// - Throws: `DATA_LOSS` that names the image when its file is missing or damaged.
  func pixels(_ index: Int, side: Int) throws -> [UInt8] {
    let bytes = try folders.bytes(ofObject: hashes[index], field: Self.field(index))
    do throws(ImageError) {
      return try EncodedImage(bytes).square(side: side).bytes
    } catch {
      throw Status(error, of: "image \(hashes[index])")
    }
  }
}

extension SafetensorsFile {
  /// Writes the model into the file that the server has made for it.
  ///
  /// - Returns: its SHA-256, in lower-case hexadecimal.
  func write(intoStaged path: String) throws(ModelError) -> String {
    let content = try serialized()
    do {
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.write(contentsOf: content)
      try file.close()
    } catch {
      throw .file(path: path, reason: error.localizedDescription)
    }
    return lowerHex(SHA256.hash(content))
  }
}
