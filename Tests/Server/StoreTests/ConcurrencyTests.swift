import API
import Testing

@testable import Store

struct ConcurrencyTests {
  @Test(arguments: 0..<3)
  func `putting and deleting the same bytes at once never loses a file that a row needs`(
    round: Int
  ) async throws {
    let fixture = try await StoreFixture(onDisk: true)
    let projects = (0..<4).map { "project-\($0)" }
    for project in projects { try await fixture.makeProject(project) }
    await withTaskGroup(of: Void.self) { group in
      for (index, project) in projects.enumerated() {
        group.addTask {
          for turn in 0..<12 {
            do {
              let point = try await fixture.put("same", in: project).image
              if (turn + index + round) % 3 != 0 {
                try await fixture.store.deleteImage(
                  point.object, inProject: project, of: fixture.ada.id)
              }
            } catch {
              Issue.record(error)
            }
          }
        }
      }
      group.addTask {
        do {
          for _ in 0..<3 {
            _ = try await fixture.store.trashUnreferencedObjects(at: StoreFixture.start)
          }
        } catch {
          Issue.record(error)
        }
      }
    }
    // Whatever the order was: a row has its file, and without a row there is none.
    var rows = 0
    for project in projects {
      let contents = try await fixture.store.contents(ofProject: project, of: fixture.ada.id)
      for point in contents.images {
        rows += 1
        #expect(try await fixture.store.openObject(point.object).bytes == 4)
      }
    }
    #expect(try fixture.folder.objectFiles().count == (rows > 0 ? 1 : 0))
    #expect(try fixture.folder.stagedFiles().isEmpty)
  }

  @Test func `only one of many takes a name`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    let made = await withTaskGroup(of: Bool.self) { group in
      for seed in 10..<20 as Range<UInt64> {
        group.addTask {
          do {
            _ = try await fixture.makeAccount("grace", seed: seed)
            return true
          } catch {
            #expect(error as? StoreError == .alreadyExists(.account, "grace"))
            return false
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(made == 1)
  }

  @Test func `a cancelled put leaves nothing half there`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    for number in 0..<10 {
      let task = Task { try await fixture.put("image \(number)") }
      task.cancel()
      _ = await task.result
    }
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
    #expect(try fixture.folder.objectFiles().count == Int(project.message.imageCount))
    #expect(try fixture.folder.stagedFiles().isEmpty)
  }
}
