#include <stdlib.h>

#include "CProtobuf.h"
#include "bench.pb-c.h"

static const ProtobufCMessageDescriptor *descriptor(enum bench_type type) {
  switch (type) {
  case BENCH_LOGIN_REQUEST:
    return &diyml__bench__login_request__descriptor;
  case BENCH_DETECTION:
    return &diyml__bench__detection__descriptor;
  case BENCH_INFER_REQUEST:
    return &diyml__bench__infer_request__descriptor;
  case BENCH_LIST_DATA_POINTS_RESPONSE:
    return &diyml__bench__list_data_points_response__descriptor;
  case BENCH_SCALARS:
    return &diyml__bench__scalars__descriptor;
  }
  return NULL;
}

bench_message *bench_unpack(enum bench_type type, const uint8_t *bytes, size_t count) {
  return (bench_message *)protobuf_c_message_unpack(descriptor(type), NULL, count, bytes);
}

void bench_free(bench_message *message) {
  protobuf_c_message_free_unpacked((ProtobufCMessage *)message, NULL);
}

uint8_t *bench_pack(const bench_message *message, size_t *count) {
  const ProtobufCMessage *base = (const ProtobufCMessage *)message;
  uint8_t *packed = malloc(protobuf_c_message_get_packed_size(base));
  *count = packed ? protobuf_c_message_pack(base, packed) : 0;
  return packed;
}

size_t bench_encode(const bench_message *message, size_t repetitions) {
  size_t count = 0;
  for (size_t i = 0; i < repetitions; i++) {
    free(bench_pack(message, &count));
  }
  return count;
}

size_t bench_decode(enum bench_type type, const uint8_t *bytes, size_t count, size_t repetitions) {
  size_t decoded = 0;
  for (size_t i = 0; i < repetitions; i++) {
    bench_message *message = bench_unpack(type, bytes, count);
    if (!message)
      return decoded;
    bench_free(message);
    decoded++;
  }
  return decoded;
}
