public import Codec

/// How a message is printed as JSON.
public struct JSONPrintingOptions: Hashable, Sendable {
  /// Prints also fields that have no presence and have their default: `0`, `""`, `[]`, `{}`.
  public var alwaysPrintFieldsWithoutPresence: Bool

  /// Prints `page_token`, not `pageToken`.
  public var preserveProtoFieldNames: Bool

  /// Prints one member a line, indented by two spaces.
  public var isPretty: Bool

  /// Prints `"[REDACTED]"` for fields that hold what must not be shown; what it gives cannot be read
  /// back.
  public var masksSecrets: Bool

  /// What the decoded bytes may cost.
  public var limits: DecodingLimits

  /// The largest text; 256 MiB by default.
  public var outputBytesMax: Int

  /// Sets the options; the defaults give the canonical, compact form.
  public init(
    alwaysPrintFieldsWithoutPresence: Bool = false, preserveProtoFieldNames: Bool = false,
    isPretty: Bool = false, masksSecrets: Bool = false,
    limits: DecodingLimits = DecodingLimits(), outputBytesMax: Int = 256 << 20
  ) {
    self.alwaysPrintFieldsWithoutPresence = alwaysPrintFieldsWithoutPresence
    self.preserveProtoFieldNames = preserveProtoFieldNames
    self.isPretty = isPretty
    self.masksSecrets = masksSecrets
    self.limits = limits
    self.outputBytesMax = outputBytesMax
  }
}

/// How JSON is read.
public struct JSONReadingOptions: Hashable, Sendable {
  /// Passes over fields, and names of enum values, that the schema does not know.
  public var ignoresUnknownFields: Bool

  /// What the text may cost.
  public var limits: JSONLimits

  /// Sets the options; the defaults refuse what the schema does not know.
  public init(ignoresUnknownFields: Bool = false, limits: JSONLimits = JSONLimits()) {
    self.ignoresUnknownFields = ignoresUnknownFields
    self.limits = limits
  }
}

/// What a sender of JSON can make the reader spend.
public struct JSONLimits: Hashable, Sendable {
  /// The longest text; 64 MiB by default, 2 GiB at most.
  public var bytesMax: Int

  /// How deep objects and arrays may be nested, the outermost counting as 1; 200 by default.
  public var depthMax: Int

  /// How deep the messages that they stand for may be nested, as ``DecodingLimits/depthMax``; 100 by
  /// default.
  public var messageDepthMax: Int

  /// How many values and keys there may be; 1,048,576 by default, each costing 16 bytes.
  public var elementsMax: Int

  /// Sets the limits; each default suits a text from a stranger.
  public init(
    bytesMax: Int = 64 << 20, depthMax: Int = 200, messageDepthMax: Int = 100,
    elementsMax: Int = 1 << 20
  ) {
    self.bytesMax = bytesMax
    self.depthMax = depthMax
    self.messageDepthMax = messageDepthMax
    self.elementsMax = elementsMax
  }
}
