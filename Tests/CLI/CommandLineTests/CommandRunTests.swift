import API
import Cryptography
import Foundation
import RPCCore
import TestSupport
import Testing

@testable import CommandLineKit

@Suite struct `Account commands` {
  @Test func `log in, tell who it is, and log out`() async throws {
    var world = try World()
    world.secrets = ["correct horse", "correct horse"]
    #expect(
      await world.run("account", "create", "ada")
        == CommandOutcome(
          exit: .success, output: "made account ada and logged in\n", complaints: ""))
    #expect(try world.folder.mode(".config/diyml/profile.json") == 0o600)
    #expect(
      await world.run("account", "whoami")
        == CommandOutcome(
          exit: .success,
          output: "ada at 127.0.0.1:7001\ntoken 1, read write\nuntil 2027-01-15T08:00:00Z\n",
          complaints: ""))
    #expect(await world.run("account", "logout").output == "logged out of 127.0.0.1:7001\n")
    #expect(
      await world.run("account", "whoami")
        == CommandOutcome(
          exit: .denied, output: "",
          complaints: "error: not logged in at 127.0.0.1:7001 "
            + "(try: diyml account login USER, or set DIYML_TOKEN)\n"))
  }

  @Test func `take passwords from standard input`() async throws {
    var world = try World()
    world.input = ["correct horse"]
    #expect(await world.run("account", "create", "ada", "--password-stdin").exit == .success)
    #expect(world.backend.state.withLock { $0.passwords["ada"] } == "correct horse")
    world.input = ["correct horse", "new horse"]
    #expect(await world.run("account", "password", "--password-stdin").exit == .success)
    #expect(world.backend.state.withLock { $0.passwords["ada"] } == "new horse")
    world.input = []
    let outcome = await world.run("account", "login", "ada", "--password-stdin")
    #expect(outcome.exit == .usage)
  }

  @Test func `say what was wrong with a password`() async throws {
    var world = try World()
    world.secrets = ["one", "other"]
    #expect(
      await world.run("account", "create", "ada")
        == CommandOutcome(
          exit: .local, output: "", complaints: "error: the two passwords differ\n"))
    world.secrets = ["wrong"]
    #expect(
      await world.run("account", "login", "ada")
        == CommandOutcome(
          exit: .denied, output: "",
          complaints: "error: wrong name or password [UNAUTHENTICATED] "
            + "(try: check the name and the password, or diyml account create USER)\n"))
  }

  @Test func `send a token only to the server that issued it`() async throws {
    let world = try await World().loggedIn()
    #expect(await world.run("account", "whoami").exit == .success)
    #expect(await world.run("account", "whoami", "--server", "other:1").exit == .denied)
    var named = world
    named.environment["DIYML_SERVER"] = "other:1"
    #expect(await named.run("account", "whoami").exit == .denied)
    named.environment["DIYML_TOKEN"] = FakeBackend.secret
    #expect(await named.run("account", "whoami").exit == .success)
    named.environment["DIYML_SERVER"] = "nonsense"
    #expect(await named.run("account", "whoami").exit == .local)
  }

  @Test func `ask before deleting`() async throws {
    var world = try await World().loggedIn()
    #expect(await world.run("account", "delete").exit == .usage)
    world.terminal.inputIsTerminal = true
    world.input = ["n"]
    #expect(await world.run("account", "delete").exit == .local)
    #expect(world.backend.state.withLock { $0.passwords.count } == 1)
    world.input = ["y"]
    world.secrets = ["correct horse"]
    #expect(await world.run("account", "delete").output == "deleted the account\n")
    #expect(await world.run("account", "whoami").exit == .denied)
  }
}

@Suite struct `Token commands` {
  @Test func `show a secret once and on its own`() async throws {
    let world = try await World().loggedIn()
    #expect(
      await world.run("token", "create", "camera", "--scope", "infer")
        == CommandOutcome(
          exit: .success, output: "new-secret\n",
          complaints: "token 2; this is the only time it is shown:\n"))
    #expect(
      await world.run("token", "list").output
        == "ID  LABEL        SCOPES      EXPIRES\n"
        + " 1  diyml login  read write  2027-01-15T08:00:00Z\n")
  }

  @Test(arguments: [
    ["camera"], ["camera", "--scope", "nothing"], ["camera", "--scope", "read", "--days", "0"],
    ["camera", "--scope", "read", "--days", "366"],
  ])
  func `refuse what makes no sense`(arguments: [String]) async throws {
    let world = try World()
    let outcome = await world.run(["token", "create"] + arguments)
    #expect(outcome.exit == .usage)
    #expect(outcome.output.isEmpty)
  }
}

@Suite struct `Upload` {
  private func world() async throws -> World {
    let world = try await World().loggedIn()
    #expect(
      await world.run("project", "create", "pets").output
        == "made classification project ada/pets\n")
    for name in ["cat/1.jpg", "cat/2.jpg", "dog/3.jpg"] {
      try world.folder.write("photos/\(name)", name)
    }
    try world.folder.write("photos/cat/notes.txt")
    return world
  }

  @Test func `sends what is missing, and says what it skipped`() async throws {
    let world = try await world()
    let photos = world.folder.path + "/photos"
    let first = await world.run("data", "upload", "pets", photos)
    #expect(
      first.output == "added classes: cat, dog\nuploaded 3 images (27 B) in 0:00\n")
    #expect(first.exit == .success)
    #expect(
      first.complaints.hasSuffix(
        "skipped 1 file:\n  \(photos)/cat/notes.txt: not named as JPEG, PNG, WebP or GIF\n"))
    #expect(first.complaints.contains("uploading ------------------------------   0 %") == false)
    let again = await world.run("data", "upload", "pets", photos)
    #expect(again.output == "uploaded 0 images (0 B) in 0:00, 3 there already\n")
    #expect(world.backend.state.withLock { $0.received } == 3)
  }

  @Test func `asks for its own images only, whatever else the project has`() async throws {
    let world = try await world()
    _ = await world.run("data", "upload", "pets", world.folder.path + "/photos")
    let more = try world.folder.write("more/4.jpg", "another")
    world.backend.state.withLock { $0.idsAskedFor = [] }
    let outcome = await world.run("data", "upload", "pets", more, "--label", "cat")
    #expect(outcome.output == "uploaded 1 image (7 B) in 0:00\n")
    world.backend.state.withLock { state in
      #expect(state.idsAskedFor == [lowerHex(SHA256.hash("another".utf8))])
      #expect(state.listed == 0)
    }
  }

  @Test func `keeps a label that differs unless it is told to replace it`() async throws {
    let world = try await world()
    let photos = world.folder.path + "/photos"
    _ = await world.run("data", "upload", "pets", photos)
    let again = ["data", "upload", "pets", photos + "/dog/3.jpg", "--label", "cat"]
    let kept = await world.run(again)
    #expect(
      kept.output
        == "uploaded 0 images (0 B) in 0:00, kept 1 other label (see --replace-labels)\n")
    let outcome = await world.run(again + ["--replace-labels"])
    #expect(outcome.output == "uploaded 0 images (0 B) in 0:00, relabelled 1\n")
    let labels = world.backend.state.withLock { $0.points.map(\.annotation?.value) }
    #expect(labels == [.className("cat"), .className("cat"), .className("cat")])
    #expect(world.backend.state.withLock { $0.received } == 3)
  }

  @Test func `lists what was refused, stores the rest, and exits with 1`() async throws {
    let world = try await world()
    let bad = try world.folder.write("photos/dog/bad.jpg", "bad")
    let empty = try world.folder.write("photos/dog/empty.jpg", "")
    let outcome = await world.run("data", "upload", "pets", world.folder.path + "/photos")
    #expect(outcome.exit == .someItemsFailed)
    #expect(
      outcome.complaints.hasSuffix(
        "refused 2 files:\n  \(empty): empty\n"
          + "  \(bad): no image format known [INVALID_ARGUMENT]\n"
          + "error: 2 images refused; the rest is stored\n"))
    #expect(world.backend.state.withLock { $0.points.count } == 3)
  }

  @Test func `refuses new classes when told to`() async throws {
    let world = try await world()
    _ = await world.run("classes", "set", "pets", "cat")
    let outcome = await world.run(
      "data", "upload", "pets", world.folder.path + "/photos", "--no-new-classes")
    #expect(outcome.exit == .local)
    #expect(
      outcome.complaints.hasSuffix(
        "error: project pets has no class dog; it has cat "
          + "(try: leave out --no-new-classes, or diyml classes set)\n"))
    #expect(world.backend.state.withLock { $0.received } == 0)
  }

  @Test func `sends many images and large ones in full`() async throws {
    let world = try await world()
    for number in 0..<150 { try world.folder.write("many/x/\(number).png", "image \(number)") }
    let large = String(repeating: "0123456789", count: 100_000)
    try world.folder.write("many/y/large.png", large)
    let outcome = await world.run("data", "upload", "pets", world.folder.path + "/many", "--json")
    let view = try JSONDecoder().decode(Uploaded.self, from: Data(outcome.output.utf8))
    #expect(view == Uploaded(uploaded: 151, classesAdded: ["x", "y"]))
    #expect(outcome.complaints == "")
    #expect(
      world.backend.state.withLock { $0.contents.values.max { $0.count < $1.count } }
        == Array(large.utf8))
  }

  private struct Uploaded: Decodable, Equatable {
    let uploaded: Int
    let classesAdded: [String]
  }

  @Test func `says which project there is not`() async throws {
    let world = try await world()
    #expect(
      await world.run("data", "upload", "pots", world.folder.path)
        == CommandOutcome(
          exit: .notFound, output: "",
          complaints: "error: no project pots [NOT_FOUND] (try: diyml project list shows yours)\n"))
  }
}

@Suite struct `Image commands` {
  private func world() async throws -> World {
    let world = try await World().loggedIn()
    _ = await world.run("project", "create", "pets")
    try world.folder.write("photos/cat/1.jpg", "abc")
    _ = await world.run("data", "upload", "pets", world.folder.path + "/photos")
    return world
  }

  @Test func `list, relabel, save and delete`() async throws {
    let world = try await world()
    #expect(
      await world.run("data", "list", "pets").output
        == "ID            FILE   LABEL  FORMAT  SIZE  BYTES\n"
        + "ba7816bf8f01  1.jpg  cat    jpeg     4x3    3 B\n")
    #expect(
      await world.run("data", "relabel", "pets", "ba7816", "--label", "dog").output
        == "ba7816bf8f01 is dog\n")
    #expect(
      await world.run("data", "relabel", "pets", "ba7816", "--box", "1,2,3.5,4,big, old dog").output
        == "ba7816bf8f01 is 1 box\n")
    let copy = world.folder.path + "/copy.jpg"
    #expect(
      await world.run("data", "get", "pets", "ba7816", "-o", copy).output
        == "saved 3 B to \(copy)\n")
    #expect(FileManager.default.contents(atPath: copy) == Data("abc".utf8))
    #expect(await world.run("data", "get", "pets", "ba7816", "-o", copy).exit == .local)
    #expect(
      await world.run("data", "get", "pets", "ba7816", "-o", copy, "--force").exit == .success)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: world.folder.path).contains {
        $0.hasSuffix(".partial")
      } == false)
    #expect(
      await world.run("data", "delete", "pets", "ba7816", "--yes").output
        == "deleted ba7816bf8f01\n")
    #expect(
      await world.run("data", "list", "pets")
        == CommandOutcome(
          exit: .success, output: "", complaints: "no images (try: diyml data upload pets PATH)\n"))
  }

  @Test(arguments: [("zz11", CommandExit.usage), ("abc", .usage), ("0000", .notFound)])
  func `refuse an id that means nothing`(id: String, exit: CommandExit) async throws {
    let world = try await world()
    #expect(await world.run("data", "show", "pets", id).exit == exit)
  }

  @Test(arguments: ["1,2,3,4", "1,2,3,4,", "1,2,x,4,cat", "1,2,nan,4,cat", "1,2,3,inf,cat"])
  func `refuse a box that is none`(box: String) async throws {
    let world = try World()
    #expect(await world.run("data", "relabel", "pets", "ba7816", "--box", box).exit == .usage)
  }

  @Test func `tell what is missing before training`() async throws {
    let world = try await world()
    #expect(
      await world.run("data", "analyze", "pets").output == """
        images       1, 1 labeled, 1.5 kB
        median size  4x3
        duplicates   0 groups

        CLASS  IMAGES  BOXES
        cat         1      0

        error  cat has 1 image [too-few-images]
        not ready to train

        """)
  }
}
