internal import API
internal import Foundation
internal import Logging
internal import RPCClient
internal import RPCCore
internal import Services
internal import Store

/// Whoever does the work of a command: this program, or the server that holds the folder.
protocol UpkeepBackend: Sendable {
  func backup(
    _ request: UpkeepBackupRequest, _ tell: (UpkeepCopyEvent) async throws -> Void) async throws
  func verify(
    _ request: UpkeepVerifyRequest, _ tell: (UpkeepVerifyEvent) async throws -> Void) async throws
  func gc(_ request: UpkeepGcRequest) async throws -> UpkeepGcResponse
  func status() async throws -> UpkeepStatusResponse
}

extension UpkeepWork: UpkeepBackend {}

/// Asks the server.
private struct UpkeepCalls: UpkeepBackend {
  let server: UpkeepStoreClient

  func backup(
    _ request: UpkeepBackupRequest, _ tell: (UpkeepCopyEvent) async throws -> Void
  ) async throws {
    try await server.backup(request) { for try await event in $0 { try await tell(event) } }
  }

  func verify(
    _ request: UpkeepVerifyRequest, _ tell: (UpkeepVerifyEvent) async throws -> Void
  ) async throws {
    try await server.verify(request) { for try await event in $0 { try await tell(event) } }
  }

  func gc(_ request: UpkeepGcRequest) async throws -> UpkeepGcResponse {
    try await server.gc(request)
  }

  func status() async throws -> UpkeepStatusResponse { try await server.status(.init()) }
}

/// The data folder that a command is about.
enum UpkeepFolder {
  /// Gives `body` whoever does the work: takes the folder's lock, or finds the server that has it.
  static func with<Result: Sendable>(
    _ folder: String, toRepair: Bool = false,
    _ body: @escaping @Sendable (any UpkeepBackend) async throws -> Result
  ) async throws -> Result {
    let store: StoppedStore
    do {
      store = try StoppedStore(folder: folder, toRepair: toRepair)
    } catch StoreError.folderInUse {
      return try await asking(folder, body)
    }
    return try await untilSignalled {
      try await body(UpkeepWork(on: store, serverProcess: 0, now: Timestamp.now))
    }
  }

  private static func asking<Result: Sendable>(
    _ folder: String, _ body: @escaping @Sendable (any UpkeepBackend) async throws -> Result
  ) async throws -> Result {
    let note = UpkeepSocket.note(in: folder)
    guard let bytes = FileManager.default.contents(atPath: note) else {
      throw FolderHeld(folder: folder)
    }
    let path = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
    let silent = Logger(label: "diymld") { _ in SwiftLogNoOpLogHandler() }
    return try await withClient(to: .unix(path: path), logger: silent) { client in
      do {
        try await client.connect()
      } catch {
        throw FolderHeld(folder: folder)
      }
      return try await untilSignalled { try await body(UpkeepCalls(server: .init(client))) }
    }
  }

  /// The server may work in another folder than the command.
  static func absolute(_ path: String) -> String {
    var absolute = URL(filePath: path).absoluteURL.path(percentEncoded: false)
    while absolute.count > 1, absolute.hasSuffix("/") { absolute.removeLast() }
    return absolute
  }
}
