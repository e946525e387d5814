import API
import Codec
import CommandLineKit
import Foundation
import RPCCore
import TestSupport
import Testing

@testable import LoadKit

@Suite struct `A request` {
  private func file(_ text: String, _ name: String, in folder: TemporaryFolder) throws -> String {
    let path = folder.path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func `is encoded from JSON by the names of its fields`() throws {
    var source = RequestSource()
    source.objects = try RequestJSON.objects(Bytes(Array("{\"user\": \"ada\"}".utf8)), from: "x")
    let messages = try source.messages(as: UserExistsRequest.self)
    #expect(messages == [Bytes(try UserExistsRequest(user: "ada").serialized())])
  }

  @Test func `takes fields from text and from files`() throws {
    let folder = try TemporaryFolder()
    _ = try file("\u{FF}image", "cat.jpg", in: folder)
    var source = RequestSource(folder: folder.path)
    source.fields = ["model=ada/pets", "image=@cat.jpg"]
    let messages = try source.messages(as: InferRequest.self)
    let request = try InferRequest(serialized: messages[0])
    #expect(request.model == "ada/pets")
    #expect(request.image == Bytes(Array("\u{FF}image".utf8)))
  }

  @Test func `of several messages is an array`() throws {
    let folder = try TemporaryFolder()
    var source = RequestSource()
    source.file = try file(
      "[{\"start\": {\"project\": \"pets\"}}, {\"chunk\": \"AAAA\"}]", "parts.json", in: folder)
    #expect(try source.messages(as: PutImagesRequest.self).count == 2)
  }

  @Test(arguments: [
    "", "1", "[1]", "{", "{\"usr\": \"ada\"}", "{\"user\": 7}", "[{\"user\": \"a\"}, 3]",
  ])
  func `that is no such message is refused`(text: String) throws {
    #expect(throws: CommandFailure.self) {
      var source = RequestSource()
      source.objects = try RequestJSON.objects(Bytes(Array(text.utf8)), from: "--request")
      _ = try source.messages(as: UserExistsRequest.self)
    }
  }

  @Test(arguments: ["user", "=ada", "user=@no-such-file"])
  func `refuses what is not a field`(field: String) {
    var source = RequestSource()
    source.fields = [field]
    #expect(throws: CommandFailure.self) { try source.messages(as: UserExistsRequest.self) }
  }

  @Test(arguments: [
    (AuthMethods.userExists, 1, nil, 1), (AuthMethods.userExists, 0, nil, 1),
    (AuthMethods.userExists, 2, nil, nil), (TrainingMethods.watchTraining, 1, 2, nil),
    (DataMethods.putImages, 2, 5, 5), (InferenceMethods.inferStream, 0, 3, 3),
    (InferenceMethods.inferStream, 1, PlanLimits.messagesMax, PlanLimits.messagesMax),
    (InferenceMethods.inferStream, 1, PlanLimits.messagesMax + 1, nil),
    (InferenceMethods.inferStream, 1, 0, nil),
  ])
  func `has as many messages as its method takes`(
    method: MethodDescriptor, given: Int, count: Int?, expected: Int?
  ) {
    let messages = Array(repeating: Bytes([1]), count: given)
    #expect((try? Messages.forCall(of: method, messages, count: count))?.count == expected)
  }
}

@Suite struct `A mix` {
  private func entries(_ text: String) throws -> [LoadPlan.Entry] {
    let folder = try TemporaryFolder()
    try Data("cat".utf8).write(to: URL(fileURLWithPath: folder.path + "/cat.jpg"))
    let path = folder.path + "/mix.json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try MixFile.entries(at: path)
  }

  @Test func `names methods with weights, and requests by paths from its folder`() throws {
    let entries = try entries(
      """
      [{"method": "Auth/UserExists", "weight": 9, "request": {"user": "ada"}},
       {"method": "Inference/Infer", "fields": {"model": "ada/pets", "image": "@cat.jpg"}},
       {"method": "Data/PutImages", "request": [{"start": {"project": "pets"}}, {}], "messages": 3}]
      """)
    #expect(entries.map(\.weight) == [9, 1, 1])
    #expect(entries.map(\.requests.count) == [1, 1, 3])
    let image = try InferRequest(serialized: entries[1].requests[0]).image
    #expect(image == Bytes(Array("cat".utf8)))
  }

  @Test(arguments: [
    "[]", "{}", "7", "[{\"weight\": 1}]", "[{\"method\": \"Auth/Nothing\"}]",
    "[{\"method\": 7}]", "[{\"method\": \"Auth/UserExists\", \"weight\": 0}]",
    "[{\"method\": \"Auth/UserExists\", \"weight\": 1000001}]",
    "[{\"method\": \"Auth/UserExists\", \"wight\": 1}]",
    "[{\"method\": \"Auth/UserExists\", \"request\": {\"usr\": 1}}]",
    "[{\"method\": \"Auth/UserExists\", \"request\": {}, \"request_bytes\": [\"cat.jpg\"]}]",
    "[{\"method\": \"Auth/UserExists\", \"request\": {}, \"request_file\": \"cat.jpg\"}]",
  ])
  func `that makes no sense is refused`(text: String) {
    #expect(throws: CommandFailure.self) { try entries(text) }
  }

  @Test(arguments: [(PlanLimits.entriesMax, true), (PlanLimits.entriesMax + 1, false)])
  func `has so many methods at most`(count: Int, isAccepted: Bool) {
    let entry = "{\"method\": \"Auth/UserExists\"}"
    let text = "[" + Array(repeating: entry, count: count).joined(separator: ",") + "]"
    #expect(((try? entries(text)) != nil) == isAccepted)
  }
}
