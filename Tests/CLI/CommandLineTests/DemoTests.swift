import CommandLineKit
import Foundation
import RPCCore
import TestSupport
import Testing

@testable import PNGEncoding
@testable import diyml_demo

@Suite struct `Writing PNG` {
  @Test func `gives the known bytes of a tiny image`() {
    // Checked by Python's zlib.
    #expect(PNGEncoder.crc32(Array("IEND".utf8)) == 0xAE42_6082)
    #expect(PNGEncoder.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(PNGEncoder.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    let png = PNGEncoder.file(.gray, pixels: [0, 255], width: 2, height: 1)
    #expect(
      png == [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
        0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0,
        0xD1, 0x49, 0x20, 0x56,
        0, 0, 0, 14, 0x49, 0x44, 0x41, 0x54, 0x78, 0x01, 1, 3, 0, 0xFC, 0xFF, 0, 0, 0xFF,
        0x01, 0x02, 0x01, 0x00, 0xB7, 0x01, 0x2E, 0xF7,
        0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
      ])
  }
}

@Suite struct `Reading IDX` {
  private let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]

  @Test func `gives items`() throws {
    let file = try IDXFile(images, name: "x")
    #expect(file.dimensions == [2, 1, 2])
    #expect(file.count == 2)
    #expect(Array(file.item(1)) == [3, 4])
  }

  @Test func `refuses what is damaged`() {
    for damaged in [
      Array(images.dropLast()), images + [0], Array(images.prefix(9)), [], [0, 0, 9, 1],
    ] {
      #expect(throws: DemoError.self) { try IDXFile(damaged, name: "x") }
    }
    var huge = images
    for index in 4..<16 { huge[index] = 0xFF }
    #expect(throws: DemoError.self) { try IDXFile(huge, name: "x") }
  }
}

@Suite struct `A split` {
  private func image(_ id: String) -> HashedImage {
    HashedImage(path: id, label: "x", id: id, bytes: 1)
  }

  @Test func `holds out a fifth by content, copies together`() {
    let images = ["e", "a", "d", "b", "c", "a"].map(image)
    #expect(DataSplit.heldOut(images) == ["a"])
    #expect(DataSplit.heldOut(images.reversed()) == ["a"])
    #expect(DataSplit.heldOut((0..<10).map { image("\($0)") }) == ["0", "1"])
  }

  @Test func `of a folder covers each image once`() async throws {
    let folder = try TemporaryFolder()
    for label in ["cat", "dog"] {
      for number in 0..<10 { try folder.write("\(label)/\(number).png", "\(label) \(number)") }
    }
    let split = try await DataSplit(classFolders: folder.path)
    #expect(split.training.count == 16)
    #expect(split.test.count == 4)
    #expect(split.classNames == ["cat", "dog"])
    #expect(Set((split.training + split.test).map(\.path)).count == 20)
    #expect(try await DataSplit(classFolders: folder.path) == split)
  }

  @Test func `of lists reads paths and classes`() throws {
    let folder = try TemporaryFolder()
    try folder.write("train.txt", "a/1.jpg\ta\n")
    try folder.write("val.txt", "b/2.jpg\tb\n")
    try folder.write("test.txt", "a/3.jpg\ta\n")
    let split = try DataSplit(lists: folder.path)
    #expect(split.training.map(\.label) == ["a", "b"])
    #expect(split.test == [FoundImage(path: folder.path + "/a/3.jpg", label: "a")])
    try folder.write("test.txt", "a/3.jpg a\n")
    #expect(throws: DemoError.badDataSet("\(folder.path)/test.txt line 1: want PATH, tab, CLASS")) {
      try DataSplit(lists: folder.path)
    }
  }
}

@Suite struct `A score` {
  @Test(arguments: [
    (0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (871, 1000, 0.8488, 0.8903),
  ])
  func `has Wilson's interval`(right: Int, total: Int, low: Double, high: Double) {
    let interval = Score.wilson(right: right, of: total)
    #expect(abs(interval.lowerBound - low) < 1e-4)
    #expect(abs(interval.upperBound - high) < 1e-4)
  }

  @Test func `counts failures as wrong`() {
    var score = Score(classNames: ["cat", "dog"])
    score.count(truth: "cat", answer: "cat")
    score.count(truth: "cat", answer: "dog")
    score.count(truth: "dog", answer: nil)
    score.count(truth: "dog", answer: "dog")
    #expect(score.accuracy == 0.5)
    #expect(score.failures == 1)
    #expect(
      score.table().lines() == [
        "TRUTH  cat  dog  RECALL", "cat      1    1   0.500", "dog      0    1   1.000",
      ])
  }
}

@Suite struct `The server's address` {
  @Test(arguments: [
    ("listening on 127.0.0.1:40123", Address.tcp(host: "127.0.0.1", port: 40123)),
    ("2026-11-23 info diymld: listening on unix:/tmp/a.sock", .unix(path: "/tmp/a.sock")),
    ("starting", nil), ("listening on", nil), ("listening on nothing", nil),
  ])
  func `is read from what it prints`(line: String, address: Address?) {
    #expect(DemoServer.address(in: line) == address)
  }
}

@Test func `A result is one line for people and programs`() {
  let line = ResultLine(name: "demo", values: [("accuracy", "0.871"), ("n", "1000")])
  #expect(line.description == "result: demo accuracy=0.871 n=1000")
}
