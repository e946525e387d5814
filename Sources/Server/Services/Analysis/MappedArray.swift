internal import Glibc

/// A column of plain values that may be millions, in pages of its own.
///
/// The pages go back to the system when the array is gone. An `Array`'s would stay with the C
/// library, once for each thread that ever examined a large project.
package final class MappedArray<Element: BitwiseCopyable>: RandomAccessCollection {
  /// Room for `capacity` elements.
  let base: UnsafeMutablePointer<Element>
  package private(set) var count = 0
  private let capacity: Int

  private var bytes: Int { Swift.max(capacity, 1) * MemoryLayout<Element>.stride }

  /// An empty array that never holds more than `capacity` elements.
  ///
  /// Pages take memory only once they are written.
  init(capacity: Int) {
    self.capacity = capacity
    let bytes = Swift.max(capacity, 1) * MemoryLayout<Element>.stride
    let address = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else {
      fatalError("no memory for \(capacity) elements: errno \(errno)")
    }
    base = address.bindMemory(to: Element.self, capacity: capacity)
  }

  convenience init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    base.initialize(repeating: element, count: count)
    self.count = count
  }

  convenience init(_ elements: some Collection<Element>) {
    self.init(capacity: elements.count)
    for element in elements { append(element) }
  }

  deinit { munmap(base, bytes) }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index out of range")
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count, "index out of range")
      base[index] = newValue
    }
  }

  func append(_ element: Element) {
    precondition(count < capacity, "more than \(capacity) elements")
    (base + count).initialize(to: element)
    count += 1
  }
}
