// The lookup that the judge's files share.
#ifndef PROTOBUF_C_DESCRIPTOR_NAMED_H
#define PROTOBUF_C_DESCRIPTOR_NAMED_H

#include <protobuf-c/protobuf-c.h>

// The message of a full name, or NULL.
const ProtobufCMessageDescriptor *descriptor_named(const char *type);

#endif
