internal import Foundation

/// Which kernels OpenBLAS shall multiply matrices with.
///
/// It chooses by the processor's name, and those newer than its release get the kernels of 2004: at
/// a fifth of the speed. What a processor can do says more than its name.
enum MathKernels {
  /// The value for `OPENBLAS_CORETYPE`, or nil to leave the choice to OpenBLAS.
  ///
  /// `processors` is the text of `/proc/cpuinfo`.
  static func coreType(processors: String) -> String? {
    let line = processors.split(separator: "\n").first { $0.hasPrefix("flags") }
    guard let features = line?.split(separator: ":").last else { return nil }
    let known = Set(features.split(separator: " "))
    if known.isSuperset(of: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]) {
      return "SkylakeX"
    }
    return known.isSuperset(of: ["avx2", "fma"]) ? "Haswell" : nil
  }

  /// The same for this machine; nil, too, where somebody has chosen already.
  static let coreType: String? = {
    guard ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil else { return nil }
    guard let bytes = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
    return coreType(processors: String(decoding: bytes, as: UTF8.self))
  }()
}
