internal import ImageHeaders

/// The bounds of what a caller may ask, as the contract states them.
package struct ServiceLimits: Sendable, Equatable {
  /// Of an account, project or class name.
  package var nameBytesMax = 64
  /// Of a password.
  package var passwordBytesMax = 256
  /// Of a new password; an old one is only compared.
  package var passwordBytesMin = 8
  /// Of a token's label.
  package var tokenLabelBytesMax = 64
  /// Of what is said of a project or a published model.
  package var descriptionBytesMax = 1_000
  /// Of an image's file name.
  package var fileNameBytesMax = 255
  /// Of a page token; the server's own are shorter.
  package var pageTokenBytesMax = 256

  /// Rows in a page when no number is asked for.
  package var pageSizeDefault: Int32 = 100
  /// Rows in a page that may be asked for.
  package var pageSizeMax: Int32 = 1_000

  /// Of a token when nothing else is asked for.
  package var tokenLifetimeDefault = Duration.seconds(2_592_000)
  /// Of a token.
  package var tokenLifetimeMax = Duration.seconds(31_536_000)

  /// Classes of one `SetClasses` call.
  package var classesMax = 1_000
  /// Boxes of one image.
  package var boxesMax = 1_000

  /// Of one image; an engine refuses larger ones, too.
  package var imageBytesMax: UInt64 = ImageLimits().bytesMax
  /// Images of one `PutImages` stream; the answer has a line for each.
  package var streamImagesMax = 10_000
  /// Of the answer to a `PutImages` stream, so that it fits into one message.
  package var streamAnswerBytesMax = 3 << 20
  /// Images of one `PutImages` stream that are examined and stored at the same time.
  package var streamConcurrency = 4
  /// Ids of one `FindMissingImages` call.
  package var findIDsMax = 10_000
  /// Of one part of an image that `DownloadImage` sends.
  package var chunkBytes = 256 << 10

  /// `UserExists` calls of one address in a burst.
  package var userExistsBurst = 60
  /// Time until one more is allowed.
  package var userExistsRefill = Duration.milliseconds(500)
  /// `Login` calls for one account from one address in a burst.
  package var loginBurst = 20
  /// Time until one more is allowed.
  package var loginRefill = Duration.seconds(3)

  /// How long the answer to a call with an idempotency key is kept.
  package var answerLifetime = Duration.seconds(86_400)
  /// Of an idempotency key, where request or answer hold secrets; RPCCore has the upper bound.
  package var secretKeyBytesMin = 16

  package init() {}
}
