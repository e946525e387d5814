package import Foundation

/// How far an upload is, as one line.
package struct UploadProgress: Sendable, Equatable {
  package let imagesTotal: Int
  package let startedAt: Date
  package private(set) var imagesDone = 0
  package private(set) var bytesSent: Int64 = 0
  package private(set) var stored = 0
  package private(set) var refused: [LeftOut] = []

  package mutating func received(_ event: UploadEvent) {
    switch event {
    case .sent(let bytes): bytesSent += Int64(bytes)
    case .stored(let images):
      imagesDone += images
      stored += images
    case .refused(let leftOut):
      imagesDone += 1
      refused.append(leftOut)
    }
  }

  /// `uploading BAR 58 %  1200/2096 images  4.1 MB/s  0:07 left`.
  package func line(at now: Date, columns: Int, bar: ProgressBar) -> String {
    let seconds = max(now.timeIntervalSince(startedAt), 0.001)
    let rate = Double(bytesSent) / seconds
    let fraction = imagesTotal == 0 ? 1 : Double(imagesDone) / Double(imagesTotal)
    var details = [
      "\(imagesDone)/\(imagesTotal) images",
      rate > 0 ? "\(Format.bytes(Int64(rate)))/s" : "-",
    ]
    let left = fraction > 0 ? seconds / fraction - seconds : .nan
    details.append("\(Format.clock(seconds: left)) left")
    return bar.line(label: "uploading", fraction: fraction, details: details, columns: columns)
  }
}
