import TesteeKit

// The testee of the public conformance suite: its runner starts it and asks over a pipe.
let testee = try Testee()
try Pipe().serve { try testee.answer(serialized: $0) }
