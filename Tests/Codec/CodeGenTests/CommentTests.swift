import Testing

@testable import CodeGen

@Suite struct CommentTests {
  @Test func `the first sentence stands alone`() {
    #expect(
      Comment.lines(of: " One, two. Three\n four.\n", width: 80) == [
        "One, two.", "", "Three four.",
      ])
    #expect(Comment.lines(of: " One.\n", width: 80) == ["One."])
    #expect(Comment.lines(of: " e.g. \"project\", \"model\", ...\n", width: 80).count == 1)
  }

  @Test func `a summary ends like a sentence`() {
    #expect(Comment.lines(of: " One\n\n two", width: 80) == ["One.", "", "two"])
    #expect(Comment.lines(of: " One:\n - two", width: 80) == ["One:", "- two"])
  }

  @Test func `a comment that documents nothing is only filled`() {
    #expect(Comment.lines(of: " One. Two.\n", width: 80, hasSummary: false) == ["One. Two."])
  }

  @Test func `lines are filled to the width and not past it`() {
    #expect(
      Comment.lines(of: " aaa bbb\n ccc ddd\n", width: 11, hasSummary: false) == [
        "aaa bbb ccc", "ddd",
      ])
    #expect(
      Comment.lines(of: " aaa bbb\n ccc ddd\n", width: 10, hasSummary: false) == [
        "aaa bbb", "ccc ddd",
      ])
    #expect(
      Comment.lines(of: " toolongtobreak x\n", width: 5, hasSummary: false) == [
        "toolongtobreak", "x",
      ])
  }

  @Test func `paragraphs and indented lines stay`() {
    let comment = " One.\n\n Two:\n   a  b\n - c\n Three\n"
    #expect(
      Comment.lines(of: comment, width: 80) == ["One.", "", "Two:", "  a  b", "- c", "Three"])
  }

  @Test func `nothing becomes nothing`() {
    #expect(Comment.lines(of: "", width: 80).isEmpty)
    #expect(Comment.lines(of: "\n\n", width: 80).isEmpty)
  }

  @Test func `lines end where Swift ends them`() {
    #expect(
      Comment.lines(of: " One.\r\n two\rthree\u{2028}", width: 80) == ["One.", "", "two three"])
  }
}
