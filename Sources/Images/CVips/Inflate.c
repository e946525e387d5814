#include <stdlib.h>
#include <zlib.h>

#include "CVips.h"

struct cv_inflater {
  z_stream stream;
  uint64_t size, size_max;
  int ended;
  uint8_t scratch[64 * 1024];
};

uint32_t cv_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  return (uint32_t)crc32_z(crc, bytes, count);
}

cv_inflater *cv_inflater_new(uint64_t size_max) {
  cv_inflater *inflater = calloc(1, sizeof *inflater);
  if (inflater && inflateInit(&inflater->stream) != Z_OK) {
    free(inflater);
    return NULL;
  }
  if (inflater) {
    inflater->size_max = size_max;
  }
  return inflater;
}

cv_inflation cv_inflater_feed(cv_inflater *inflater, const uint8_t *bytes, size_t count) {
  z_stream *stream = &inflater->stream;
  if (count > UINT32_MAX) {
    return CV_INFLATE_DAMAGE;
  }
  stream->next_in = (Bytef *)bytes;
  stream->avail_in = (uInt)count;
  while (!inflater->ended) {
    int result;
    stream->next_out = inflater->scratch;
    stream->avail_out = sizeof inflater->scratch;
    result = inflate(stream, Z_NO_FLUSH);
    inflater->size += sizeof inflater->scratch - stream->avail_out;
    inflater->ended = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return CV_INFLATE_DAMAGE;
    }
    if (inflater->size > inflater->size_max) {
      return CV_INFLATE_LIMIT;
    }
    if (!inflater->ended && stream->avail_out > 0) {
      return CV_INFLATE_MORE;
    }
  }
  return CV_INFLATE_END;
}

uint64_t cv_inflater_size(const cv_inflater *inflater) { return inflater->size; }

void cv_inflater_free(cv_inflater *inflater) {
  if (inflater) {
    inflateEnd(&inflater->stream);
    free(inflater);
  }
}
