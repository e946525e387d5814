import API
import ArgumentParser
import RPCCore

/// The commands about images and their labels.
struct DataGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Upload, label, examine and delete images.",
    discussion: "EXAMPLE: diyml data upload pets ./photos",
    subcommands: [
      DataUpload.self, DataImport.self, DataExport.self, DataList.self, DataShow.self, DataGet.self,
      DataRelabel.self,
      DataDelete.self, DataAnalyze.self,
    ])
}

/// Advice for commands that name an image.
let imageHints: [StatusCode: String] = [.notFound: "diyml data list PROJECT shows what there is"]

/// Image ids as people write them: any beginning that means one image only.
enum ImageID {
  static let length = 64
  private static let lengthMin = 4

  /// The whole id that `text` begins.
  ///
  /// - Throws: `CommandFailure` when it is not an id, or means no image or several.
  static func resolve(_ text: String, in project: String, _ clients: Clients) async throws
    -> String
  {
    let id = text.lowercased()
    let isHexadecimal = id.allSatisfy { $0.isASCII && $0.isHexDigit }
    guard isHexadecimal, (lengthMin...length).contains(id.count) else {
      throw CommandFailure.usage(
        "image id '\(text)': want \(lengthMin) to \(length) hexadecimal digits")
    }
    if id.count == length { return id }
    let request = ListImagesRequest(project: project, pageSize: 2, idPrefix: id)
    let found = try await clients.data.listImages(request, options: clients.options).images
    guard let first = found.first else {
      throw Status(.notFound, "no image \(id)… in project \(project)")
    }
    guard found.count == 1 else {
      throw CommandFailure.usage("image id \(id) means several images; give more digits")
    }
    return first.id
  }
}
