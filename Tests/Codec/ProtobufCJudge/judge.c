#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "descriptor_named.h"
#include "descriptors.h"

const ProtobufCMessageDescriptor *descriptor_named(const char *type) {
  for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++) {
    if (strcmp(descriptors[i]->name, type) == 0) return descriptors[i];
  }
  return NULL;
}

enum judge_verdict judge_repack(const char *type, const uint8_t *bytes, size_t count,
                                uint8_t **result, size_t *result_count) {
  *result = NULL;
  *result_count = 0;
  const ProtobufCMessageDescriptor *descriptor = descriptor_named(type);
  if (!descriptor) return JUDGE_UNKNOWN_TYPE;
  ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, NULL, count, bytes);
  if (!message) return JUDGE_UNREADABLE;
  size_t size = protobuf_c_message_get_packed_size(message);
  uint8_t *packed = malloc(size > 0 ? size : 1);
  if (packed) {
    *result = packed;
    *result_count = protobuf_c_message_pack(message, packed);
  }
  protobuf_c_message_free_unpacked(message, NULL);
  return packed ? JUDGE_OK : JUDGE_NO_MEMORY;
}

void judge_free(uint8_t *bytes) { free(bytes); }
