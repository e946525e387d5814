// What in a message libprotobuf-c is known to treat otherwise than the specification and we do.
#ifndef PROTOBUF_C_DIFFERENCES_H
#define PROTOBUF_C_DIFFERENCES_H

#include <stddef.h>
#include <stdint.h>

enum judge_difference {
  DIFFERS_GROUP = 1 << 0,         // it refuses groups, which are to be skipped
  DIFFERS_WIRE_TYPE = 1 << 1,     // it refuses a known field of another type; we keep it as unknown
  DIFFERS_TAG = 1 << 2,           // tags: longer than need be, beyond 32 bits, of field 0
  DIFFERS_LENGTH = 1 << 3,        // it refuses lengths of more than five bytes
  DIFFERS_VARINT = 1 << 4,        // it drops bits beyond the 64th; we refuse them
  DIFFERS_PACKED_BOOL = 1 << 5,   // it takes each byte of a packed list for a bool
  DIFFERS_MESSAGE_TWICE = 1 << 6, // it merges messages in ways of its own
  DIFFERS_NUL = 1 << 7,           // its strings end at a NUL
  DIFFERS_NEGATIVE_ZERO = 1 << 8, // it leaves out -0.0 as if it were 0
  DIFFERS_TOO_DEEP = 1 << 9,      // it has no limit, and runs out of stack
};

// The differences that `count` bytes of the message `type` give occasion to, up to the first thing
// that nobody can read. All sums of `judge_difference` are possible.
uint32_t judge_differences(const char *type, const uint8_t *bytes, size_t count);

#endif
