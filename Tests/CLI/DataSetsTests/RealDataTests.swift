import DataSets
import Foundation
import TestSupport
import Testing

@Suite struct `Data sets of other people` {
  private func count(
    _ reading: DataSetReader.Reading, _ split: Split
  ) -> (images: Int, boxes: [String: Int]) {
    var boxes: [String: Int] = [:]
    let images = reading.dataSet.images.filter { $0.split == split }
    for image in images {
      guard case .boxes(let list) = image.label else { continue }
      for box in list { boxes[box.className, default: 0] += 1 }
    }
    return (images.count, boxes)
  }

  @Test(.enabled(if: TestData.folder("bccd") != nil, "no data set bccd"))
  func `bccd is read from XML and JSON alike, without its two degenerate boxes`() throws {
    let folder = try #require(TestData.folder("bccd"))
    let voc = try DataSetReader(folder: folder).read()
    #expect(voc.format == .voc)
    #expect(voc.problems.count == 2)
    #expect(voc.problems.kept.allSatisfy { $0.message.hasPrefix("a degenerate box of 0.0 x") })
    #expect(voc.dataSet.classNames == ["Platelets", "RBC", "WBC"])
    #expect(count(voc, .train).images == 205)
    #expect(count(voc, .val).images == 87)
    #expect(count(voc, .test).images == 72)
    #expect(count(voc, .test).boxes == ["Platelets": 69, "RBC": 805, "WBC": 71])
    let coco = try DataSetReader(folder: folder, format: .coco).read()
    #expect(coco.problems.count == 2)
    #expect(
      coco.dataSet.images.map { [$0.path: $0.label] }
        == voc.dataSet.images.map { [$0.path: $0.label] })
  }

  @Test(.enabled(if: TestData.folder("raccoon") != nil, "no data set raccoon"))
  func `raccoon is read whole, with its lists`() throws {
    let reading = try DataSetReader(folder: try #require(TestData.folder("raccoon"))).read()
    #expect(reading.format == .voc)
    #expect(reading.problems.kept.map(\.description) == [])
    #expect(count(reading, .train).images == 160)
    #expect(count(reading, .train).boxes == ["raccoon": 173])
    #expect(count(reading, .test).boxes == ["raccoon": 44])
  }

  @Test(.enabled(if: TestData.folder("trashnet") != nil, "no data set trashnet"))
  func `trashnet is read as folders`() throws {
    let reading = try DataSetReader(folder: try #require(TestData.folder("trashnet"))).read()
    #expect(reading.format == .folder)
    #expect(reading.problems.isEmpty)
    #expect(reading.dataSet.classNames.count == 6)
    #expect(reading.dataSet.images.count { $0.split == .test } == 431)
  }
}
