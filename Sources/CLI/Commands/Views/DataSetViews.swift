import DataSets

struct ProblemView: Encodable {
  let file: String
  let line: Int?
  let message: String

  init(_ problem: Problem) {
    file = problem.file
    line = problem.line
    message = problem.message
  }
}

/// What `data import` found and did; `upload` is missing when nothing was imported.
struct ImportView: Encodable {
  let format: String
  let images: Int
  let boxes: Int
  let crowdsLeftOut: Int
  let problemCount: Int
  let problems: [ProblemView]
  let upload: UploadView?

  init(
    _ reading: DataSetReader.Reading, _ selection: DataSetImport.Selection, _ upload: UploadView?
  ) {
    format = reading.format.rawValue
    images = selection.images.count
    boxes = selection.boxCount
    crowdsLeftOut = selection.crowdCount
    problemCount = reading.problems.count
    problems = reading.problems.kept.map(ProblemView.init)
    self.upload = upload
  }
}

struct ExportView: Encodable {
  let project: String
  let folder: String
  let format: String
  let saved: Int
  let unchanged: Int
  let boxes: Int
  let unlabeledLeftOut: Int
  let bytes: UInt64
  let seconds: Double
}
