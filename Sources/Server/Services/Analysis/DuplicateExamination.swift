internal import API
import Store

/// What an examination of images that look the same finds.
package struct DuplicateExamination: Sendable {
  /// Images that look the same.
  package struct Group: Sendable, Equatable {
    /// In the order of their first upload.
    package fileprivate(set) var images = ImageList()
    /// Whether their annotations disagree.
    package let isConflicting: Bool
  }

  /// Groups of which an answer names the images.
  private static let namedMax = 100

  /// The first ones, in the order of their first member's upload.
  package private(set) var groups: [Group] = []
  package private(set) var groupCount: Int32 = 0
  /// The images of all groups that disagree, and of all others.
  private(set) var conflicting = ImageList()
  private(set) var alike = ImageList()

  /// Of images in the order of their first upload: what they are labelled with, and the groups they
  /// are in.
  init(
    images: MappedArray<Int64>, labels: MappedArray<LabelMark>, groups numbers: MappedArray<UInt32>
  ) {
    let sizes = Self.sizes(of: numbers, labels)
    var named = Self.toBeNamed(sizes)
    for (image, number) in zip(images, numbers) { named[number]?.images.append(image) }
    for (number, size) in sizes.enumerated() where size.images > 1 {
      let group = named[UInt32(number)]
      if groupCount < Self.namedMax, let group { groups.append(group) }
      groupCount += 1
      let list = group?.images ?? ImageList(unnamed: Int32(size.images))
      if size.isConflicting { conflicting.append(list) } else { alike.append(list) }
    }
  }

  private struct Size: BitwiseCopyable {
    var images: UInt32 = 0
    var isConflicting = false
  }

  private static func sizes(
    of numbers: MappedArray<UInt32>, _ labels: MappedArray<LabelMark>
  ) -> MappedArray<Size> {
    let count = numbers.max().map { Int($0) + 1 } ?? 0
    let sizes = MappedArray(repeating: Size(), count: count)
    let first = MappedArray(repeating: LabelMark.none, count: count)
    for (number, label) in zip(numbers, labels) {
      let number = Int(number)
      sizes[number].images += 1
      guard label != .none else { continue }
      if first[number] == .none { first[number] = label }
      if first[number] != label { sizes[number].isConflicting = true }
    }
    return sizes
  }

  /// The groups whose images are told, themselves or in a list of all that disagree or of all others.
  private static func toBeNamed(_ sizes: MappedArray<Size>) -> [UInt32: Group] {
    var named: [UInt32: Group] = [:]
    var told = (groups: 0, conflicting: 0, alike: 0)
    for (number, size) in sizes.enumerated() where size.images > 1 {
      let listed = size.isConflicting ? told.conflicting : told.alike
      guard told.groups < namedMax || listed < ImageList.namedMax else { continue }
      named[UInt32(number)] = Group(isConflicting: size.isConflicting)
      told.groups += 1
      if size.isConflicting {
        told.conflicting += Int(size.images)
      } else {
        told.alike += Int(size.images)
      }
    }
    return named
  }
}

/// Stands for what an image is labelled with: two labels that cannot both be right have different
/// marks.
///
/// Boxes are told apart by how many there are of each class: they move a little from one shot to the
/// next. That two of them have one mark by chance happens once in 2^63 times, and nobody can choose
/// them so.
struct LabelMark: Equatable, BitwiseCopyable {
  /// No label.
  static let none = LabelMark(value: 0)

  private let value: UInt64

  private init(value: UInt64) { self.value = value }

  init(_ image: borrowing ExaminedImage) {
    if !image.isLabeled {
      self = .none
    } else if let place = image.classPlace {
      self.init(classPlace: place)
    } else {
      var hasher = Hasher()
      for place in image.boxes.map(\.classIndex).sorted() { hasher.combine(place) }
      self.init(value: UInt64(bitPattern: Int64(hasher.finalize())) | 1)
    }
  }

  init(classPlace: Int32) { value = UInt64(classPlace) + 1 }
}
