package import API
import Drawing
import RPCCore

/// Writes the pages that people look at.
package struct PageWriter: Sendable {
  private let clients: Clients

  package init(_ clients: Clients) { self.clients = clients }

  /// What a training has left to look at; without a path nothing is written.
  @discardableResult
  package func training(
    _ address: String, to path: String?
  ) async throws -> TrainingReport {
    let report = try await clients.training.getTrainingReport(
      GetTrainingReportRequest(training: address), options: clients.options)
    guard let path else { return report }
    // By the number of the report, or one that has succeeded meanwhile would be taken for it.
    let job = try await clients.training.getTraining(
      GetTrainingRequest(training: report.training), options: clients.options)
    var shelf = PictureShelf(clients: clients, project: job.address.projectAddress)
    let page = TrainingPage(job: job, report: report)
    try TextFile.write(try await page.document(&shelf), to: path)
    return report
  }

  /// What an examination of a project finds; without a path nothing is written.
  @discardableResult
  package func analysis(
    of project: String, to path: String?
  ) async throws -> ProjectAnalysis {
    let analysis = try await clients.data.analyzeProject(
      AnalyzeProjectRequest(project: project), options: clients.streamOptions)
    guard let path else { return analysis }
    let found = try await clients.data.getProject(
      GetProjectRequest(project: project), options: clients.options)
    var shelf = PictureShelf(clients: clients, project: project)
    let page = AnalysisPage(project: found, analysis: analysis)
    try TextFile.write(try await page.document(&shelf), to: path)
    return analysis
  }

  /// What a published model says of image files, drawn.
  package func answers(of model: String, about files: [String], to path: String) async throws {
    let drawer = try AnswerDrawer(
      .page(path: path), title: "Answers of \(model)", environment: [:])
    let question = InferRequest(model: model, topK: 3)
    try await Inferrer(clients: clients, question: question).infer(files) { answer in
      _ = try drawer.draw(answer)
    }
    _ = try await drawer.finish()
  }
}
