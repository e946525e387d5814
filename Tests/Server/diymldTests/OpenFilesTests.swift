import Testing

@testable import diymld

struct OpenFilesTests {
  @Test(arguments: [
    (filesMax: 1, connections: 1), (64, 16), (160, 40), (256, 128), (1_024, 896),
    (20_000, 10_000), (Int.max, 10_000),
  ])
  func `connections leave some files for those who are connected`(
    filesMax: Int, connections: Int
  ) {
    #expect(OpenFiles.connectionsMax(filesMax: filesMax, atMost: 10_000) == connections)
  }

  @Test func `the system's limit is a number`() { #expect(OpenFiles.raiseLimit() > 0) }
}
