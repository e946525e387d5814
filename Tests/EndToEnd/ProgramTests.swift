import Testing

/// Tests that start our programs and judge what the system says of them; one after the other, so
/// that they measure the programs and not each other.
@Suite(.serialized) enum ProgramTests {}
