import Testing

@testable import diymld

struct ListenAddressTests {
  @Test(arguments: [
    ("127.0.0.1:7001", "127.0.0.1:7001"), ("[::1]:0", "[::1]:0"),
    ("0.0.0.0:65535", "0.0.0.0:65535"), ("localhost:1", "127.0.0.1:1"),
    ("unix:/run/diyml.sock", "unix:/run/diyml.sock"),
  ])
  func `an address is read`(text: String, shown: String) throws {
    #expect("\(try ListenAddress(text).address)" == shown)
  }

  @Test(arguments: [
    ("", ListenAddressError.notAnAddress("")),
    ("7001", .notAnAddress("7001")),
    (":7001", .notAnAddress(":7001")),
    ("::1:7001", .notAnAddress("::1:7001")),
    ("127.0.0.1:", .notAnAddress("127.0.0.1:")),
    ("127.0.0.1:65536", .notAnAddress("127.0.0.1:65536")),
    ("unix:", .notAnAddress("unix:")),
    ("example.org:7001", .badHost("example.org")),
    ("127.1:7001", .badHost("127.1")),
  ])
  func `what is not a valid address is refused`(text: String, error: ListenAddressError) {
    #expect(throws: error) { try ListenAddress(text) }
  }

  @Test(arguments: [
    ("127.0.0.1:1", true), ("127.255.0.9:1", true), ("localhost:1", true), ("[::1]:1", true),
    ("unix:/tmp/a", true), ("0.0.0.0:1", false), ("128.0.0.1:1", false), ("[::]:1", false),
    ("[::ffff:10.0.0.1]:1", false),
  ])
  func `only loopback and Unix sockets are local`(text: String, isLocal: Bool) throws {
    #expect(try ListenAddress(text).isLocal == isLocal)
  }
}
