import Testing

@testable import Model

struct TensorTests {
  @Test func `numbers survive the way into a tensor and back`() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.count == 6)
    #expect(tensor.elementType == .float32)
    #expect(try tensor.floats() == [1, 2, 3, 4, 5, 6])
    #expect(try Tensor(indexes: [7, 8]).elementType == .int64)
  }

  @Test func `a tensor of no elements is a tensor`() throws {
    let empty = try Tensor([], shape: [0, 3])
    #expect(try empty.floats() == [])
    #expect(empty.shape == [0, 3])
  }

  @Test func `a permuted tensor reads in its own order`() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).permuted([1, 0])
    #expect(try tensor.floats() == [1, 4, 2, 5, 3, 6])
  }

  @Test func `what libtorch refuses becomes an error with its words`() throws {
    let a = try Tensor([1, 2], shape: [2])
    let b = try Tensor([1, 2, 3], shape: [3])
    #expect(throws: ModelError.self) { try a + b }
    do {
      _ = try a + b
    } catch {
      #expect("\(error)".contains("size of tensor a (2)"))
    }
  }

  @Test func `a shape that does not fit its bytes is refused`() {
    #expect(throws: ModelError.self) { try Tensor([1, 2, 3], shape: [2]) }
    #expect(throws: ModelError.self) { try Tensor([1], shape: [-1]) }
  }

  @Test func `rows outside a tensor are refused`() throws {
    let tensor = try Tensor([1, 2], shape: [2, 1])
    #expect(try tensor.rows(at: [1, 0, 1]).floats() == [2, 1, 2])
    #expect(throws: ModelError.self) { try tensor.rows(at: [2]) }
  }

  @Test func `nothing is recorded without gradients`() throws {
    let weight = try Tensor([2], shape: [1])
    try weight.setLearns(true)
    let recorded = try weight * weight
    try recorded.backward()
    #expect(try weight.gradient()?.floats() == [4])
    let unrecorded = try withoutGradients { () throws(ModelError) in try weight * weight }
    #expect(throws: ModelError.self) { try unrecorded.backward() }
  }
}
