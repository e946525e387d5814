// The judge in a process of its own: libprotobuf-c may crash on what a fuzzer thinks up.
#ifndef PROTOBUF_C_JUDGE_PROCESS_H
#define PROTOBUF_C_JUDGE_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Bytes that may be asked about, and that an answer may have.
enum { JUDGE_QUESTION_BYTES_MAX = 1 << 20, JUDGE_ANSWER_BYTES_MAX = 16 << 20 };

// A child process that answers; it ends with the parent or at `judge_process_stop`.
struct judge_process {
  pid_t pid;
  int socket;
};

// What the judge says of one message.
struct judge_answer {
  int32_t verdict;      // an `enum judge_verdict`
  uint32_t differences; // a sum of `enum judge_difference`
  uint32_t count;       // of the bytes that libprotobuf-c wrote
};

// Starts a judge; returns 0, or the number of the error.
int judge_process_start(struct judge_process *judge);

// Asks what libprotobuf-c makes of `bytes` as the message `type`. On success returns 0, and
// `*result` holds `answer->count` bytes, which the caller frees with `judge_free`; they may be
// NULL. Any other value is the number of an error, or -1 when the judge died over the question, and
// then the judge can only be stopped.
int judge_process_ask(struct judge_process *judge, const char *type, const uint8_t *bytes,
                      size_t count, struct judge_answer *answer, uint8_t **result);

void judge_process_stop(struct judge_process *judge);

#endif
