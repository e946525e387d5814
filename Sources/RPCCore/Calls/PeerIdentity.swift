/// Who is at the other end of a connection, as far as that was proven.
public enum PeerIdentity: Sendable, Hashable {
  /// The holder of a certificate that one of the server's client authorities has signed.
  indirect case certificate(PeerCertificate)
  /// The process that connected to a Unix socket, as the system says.
  case process(PeerProcess)
}

/// What a client's verified certificate says of its holder.
public struct PeerCertificate: Sendable, Hashable {
  /// A name by which a certificate may be known beside its subject.
  public enum Name: Sendable, Hashable {
    /// A host's name.
    case dns(String)
    /// An address for mail.
    case email(String)
    /// A URI, such as a workload's SPIFFE id.
    case uri(String)
    /// An IP address: 4 or 16 bytes.
    case ip([UInt8])
  }

  /// The common name of the subject, the last if there are several.
  public let commonName: String?
  /// The subject's alternative names, in order; those of other kinds are left out.
  public let alternativeNames: [Name]

  package init(commonName: String?, alternativeNames: [Name]) {
    self.commonName = commonName
    self.alternativeNames = alternativeNames
  }
}

/// The process at the other end of a Unix socket, as it was when it connected.
public struct PeerProcess: Sendable, Hashable {
  /// The process's number.
  public let process: Int32
  /// The number of its user.
  public let user: UInt32
  /// The number of its group.
  public let group: UInt32

  package init(process: Int32, user: UInt32, group: UInt32) {
    self.process = process
    self.user = user
    self.group = group
  }
}
