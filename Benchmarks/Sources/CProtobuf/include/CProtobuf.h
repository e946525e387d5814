// The side of libprotobuf-c: it reads bytes once into a message of its own, which the benchmark
// then encodes, and decodes bytes as a user of the library would.
#ifndef DIYML_BENCH_CPROTOBUF_H
#define DIYML_BENCH_CPROTOBUF_H

#include <stddef.h>
#include <stdint.h>

// The messages of bench.proto that are measured.
enum bench_type {
  BENCH_LOGIN_REQUEST,
  BENCH_DETECTION,
  BENCH_INFER_REQUEST,
  BENCH_LIST_DATA_POINTS_RESPONSE,
  BENCH_SCALARS,
};

// A message in memory; `bench_free` frees it.
typedef struct bench_message bench_message;

// NULL when libprotobuf-c refuses the bytes.
bench_message *bench_unpack(enum bench_type type, const uint8_t *bytes, size_t count);
void bench_free(bench_message *message);

// Encodes `message` into memory of exactly its size, `repetitions` times, and frees it each time.
// Returns the size.
size_t bench_encode(const bench_message *message, size_t repetitions);

// Decodes the bytes and frees the message, `repetitions` times. Returns how often it succeeded.
size_t bench_decode(enum bench_type type, const uint8_t *bytes, size_t count, size_t repetitions);

// Encodes once, into memory that the caller frees with `free`.
uint8_t *bench_pack(const bench_message *message, size_t *count);

// How many blocks of memory the program has asked for since it started.
uint64_t bench_allocations(void);

#endif
