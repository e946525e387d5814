#include "differences.h"

#include <stdbool.h>
#include <string.h>

#include "descriptor_named.h"

// Messages inside messages, at most: what we accept by default.
enum { DEPTH_MAX = 100 };

// Fields of one message of which it is noted that they came; no message of ours has more.
enum { FIELDS_MAX = 64 };

typedef struct {
  const uint8_t *next;
  const uint8_t *end;
} span;

// Reads a varint; false if it is cut off or longer than ten bytes. `*length` is how many it took.
static bool read_varint(span *from, uint64_t *value, unsigned *length, uint32_t *differences) {
  *value = 0;
  for (*length = 1; *length <= 10; (*length)++) {
    if (from->next == from->end)
      return false;
    uint8_t byte = *from->next++;
    *value |= (uint64_t)(byte & 0x7f) << (7 * (*length - 1));
    if (*length == 10 && byte > 1)
      *differences |= DIFFERS_VARINT;
    if (byte < 0x80)
      return true;
  }
  return false;
}

static unsigned varint_length(uint64_t value) {
  unsigned length = 1;
  while (value >>= 7)
    length++;
  return length;
}

static bool scan(const ProtobufCMessageDescriptor *type, span message, unsigned depth,
                 uint32_t *found);

static unsigned wire_type_of(ProtobufCType type) {
  switch (type) {
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE:
    return 1;
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_BYTES:
  case PROTOBUF_C_TYPE_MESSAGE:
    return 2;
  case PROTOBUF_C_TYPE_SFIXED32:
  case PROTOBUF_C_TYPE_FIXED32:
  case PROTOBUF_C_TYPE_FLOAT:
    return 5;
  default:
    return 0;
  }
}

// Looks at the elements of a packed list; false if the last one is cut off.
static bool scan_packed(const ProtobufCFieldDescriptor *field, span content, uint32_t *found) {
  if (wire_type_of(field->type) != 0)
    return true;
  while (content.next < content.end) {
    const uint8_t *start = content.next;
    uint64_t value;
    unsigned length;
    if (field->type == PROTOBUF_C_TYPE_BOOL && *start > 1)
      *found |= DIFFERS_PACKED_BOOL;
    if (!read_varint(&content, &value, &length, found))
      return false;
  }
  return true;
}

// Looks at what follows a tag and a length; false if it cannot be read.
static bool scan_delimited(const ProtobufCFieldDescriptor *field, span content, unsigned depth,
                           uint32_t *found) {
  if (!field)
    return true;
  if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    return scan(field->descriptor, content, depth + 1, found);
  }
  if (field->type == PROTOBUF_C_TYPE_STRING) {
    if (memchr(content.next, 0, content.end - content.next))
      *found |= DIFFERS_NUL;
    return true;
  }
  return field->type == PROTOBUF_C_TYPE_BYTES || scan_packed(field, content, found);
}

// Whether a number of fixed width is the -0.0 that is left out where zero is.
static bool is_negative_zero(const ProtobufCFieldDescriptor *field, const uint8_t *value,
                             size_t width) {
  if (!field || field->label != PROTOBUF_C_LABEL_NONE)
    return false;
  if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
    return false;
  if (field->type != PROTOBUF_C_TYPE_DOUBLE && field->type != PROTOBUF_C_TYPE_FLOAT)
    return false;
  for (size_t i = 0; i + 1 < width; i++) {
    if (value[i] != 0)
      return false;
  }
  return value[width - 1] == 0x80;
}

// Looks at the value that follows a tag; false if it cannot be read.
static bool scan_value(const ProtobufCFieldDescriptor *field, unsigned wire_type, span *message,
                       unsigned depth, uint32_t *found) {
  uint64_t value;
  unsigned length;
  switch (wire_type) {
  case 0:
    return read_varint(message, &value, &length, found);
  case 1:
  case 5: {
    size_t width = wire_type == 1 ? 8 : 4;
    if ((size_t)(message->end - message->next) < width)
      return false;
    if (is_negative_zero(field, message->next, width))
      *found |= DIFFERS_NEGATIVE_ZERO;
    message->next += width;
    return true;
  }
  case 2: {
    if (!read_varint(message, &value, &length, found))
      return false;
    if (length > 5 || value > INT32_MAX)
      *found |= DIFFERS_LENGTH;
    if (value > (uint64_t)(message->end - message->next))
      return false;
    span content = {message->next, message->next + value};
    message->next += value;
    return scan_delimited(field, content, depth, found);
  }
  case 3:
  case 4:
    *found |= DIFFERS_GROUP;
    return false;
  default:
    return false;
  }
}

static bool is_single_message(const ProtobufCFieldDescriptor *field) {
  return field->type == PROTOBUF_C_TYPE_MESSAGE && field->label != PROTOBUF_C_LABEL_REPEATED;
}

// Whether libprotobuf-c reads the field in this wire type.
static bool is_readable(const ProtobufCFieldDescriptor *field, unsigned wire_type) {
  unsigned own = wire_type_of(field->type);
  if (wire_type == own)
    return true;
  return wire_type == 2 && field->label == PROTOBUF_C_LABEL_REPEATED;
}

// Looks at the fields of a message; false if one of them cannot be read.
static bool scan(const ProtobufCMessageDescriptor *type, span message, unsigned depth,
                 uint32_t *found) {
  if (depth > DEPTH_MAX) {
    *found |= DIFFERS_TOO_DEEP;
    return false;
  }
  uint8_t seen[FIELDS_MAX] = {0}; // by the field's index
  while (message.next < message.end) {
    uint64_t tag;
    unsigned length;
    if (!read_varint(&message, &tag, &length, found))
      return false;
    if (length != varint_length(tag) || tag > UINT32_MAX || tag >> 3 == 0)
      *found |= DIFFERS_TAG;
    unsigned wire_type = tag & 7;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
    if (field && !is_readable(field, wire_type)) {
      *found |= DIFFERS_WIRE_TYPE;
      field = NULL;
    }
    if (field && is_single_message(field)) {
      size_t index = (size_t)(field - type->fields);
      if (index >= FIELDS_MAX || seen[index])
        *found |= DIFFERS_MESSAGE_TWICE;
      else
        seen[index] = 1;
    }
    if (!scan_value(field, wire_type, &message, depth, found))
      return false;
  }
  return true;
}

uint32_t judge_differences(const char *type, const uint8_t *bytes, size_t count) {
  const ProtobufCMessageDescriptor *descriptor = descriptor_named(type);
  uint32_t found = 0;
  if (descriptor)
    scan(descriptor, (span){bytes, bytes + count}, 0, &found);
  return found;
}
