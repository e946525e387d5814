// The second opinion on the codec: libprotobuf-c, which shares no code with ours.
#ifndef PROTOBUF_C_JUDGE_H
#define PROTOBUF_C_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "differences.h"
#include "judge_process.h"

// What `judge_repack` found.
enum judge_verdict {
  JUDGE_OK = 0,
  JUDGE_UNKNOWN_TYPE = 1, // no message of that name was compiled in
  JUDGE_UNREADABLE = 2,   // libprotobuf-c refuses the bytes
  JUDGE_NO_MEMORY = 3,
};

// Reads a message of the full name `type` and writes it again. On JUDGE_OK, `*result` holds
// `*result_count` bytes, which the caller frees with `judge_free`; otherwise it is NULL.
enum judge_verdict judge_repack(const char *type, const uint8_t *bytes, size_t count,
                                uint8_t **result, size_t *result_count);

void judge_free(uint8_t *bytes);

#endif
