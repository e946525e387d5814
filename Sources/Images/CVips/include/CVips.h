/* Plain C over libvips and zlib: only the calls module Images makes.
 *
 * Every function may be called from any thread, after cv_start. Results are 0 for success and a
 * negative number for failure; a failure writes one line of at most CV_MESSAGE_SIZE - 1 bytes,
 * ended by NUL, into `message`. Input bytes are borrowed for the length of the call. */
#ifndef DIYML_CVIPS_H
#define DIYML_CVIPS_H

#include <stddef.h>
#include <stdint.h>

#define CV_MESSAGE_SIZE 256

typedef enum cv_format {
  CV_JPEG = 1,
  CV_PNG = 2,
  CV_WEBP = 3,
  CV_GIF = 4,
} cv_format;

/* What to decode, and to what. */
typedef struct cv_request {
  cv_format format;
  const uint8_t *bytes;
  size_t byte_count;
  /* The size the caller read from the header itself. Another size in libvips's reading is a
   * failure: two parsers that disagree are how limits get bypassed. */
  int stored_width, stored_height;
  int orientation; /* EXIF, 1 to 8 */
  /* The size of the result, after rotation. */
  int target_width, target_height;
  /* 1: JPEG may be decoded at a half, quarter or eighth. 0: every pixel is decoded and judged. */
  int shrinks_on_load;
} cv_request;

/* Sets libvips up once: one thread per call, no cache, no loader but the four formats'. */
int cv_start(char *message);

/* Decodes the first frame over white into `rgb`: target_height rows of target_width pixels of
 * three bytes, sRGB, `rgb_count` bytes in all. Fails on damage the library can see. */
int cv_decode(const cv_request *request, uint8_t *rgb, size_t rgb_count, char *message);

/* Writes `rgb` (as above) as PNG, or as JPEG of `quality` 1 to 100. Free with cv_free. */
int cv_encode(cv_format format, const uint8_t *rgb, int width, int height, int quality,
              uint8_t **bytes, size_t *byte_count, char *message);
void cv_free(uint8_t *bytes);

/* Frees what libvips keeps for the calling thread; call it before a thread that used it ends. */
void cv_end_thread(void);

/* The CRC-32 of PNG chunks over `bytes`, from a previous value or 0. */
uint32_t cv_crc32(uint32_t crc, const uint8_t *bytes, size_t count);

/* Counts what a zlib stream inflates to, in constant memory. Used by one thread at a time. */
typedef struct cv_inflater cv_inflater;
typedef enum cv_inflation {
  CV_INFLATE_MORE = 0,    /* all input used, the stream goes on */
  CV_INFLATE_END = 1,     /* the stream ended, and its checksum holds */
  CV_INFLATE_LIMIT = -1,  /* more than `size_max` bytes came out */
  CV_INFLATE_DAMAGE = -2, /* not a zlib stream, or out of memory */
} cv_inflation;

/* NULL when memory is out. */
cv_inflater *cv_inflater_new(uint64_t size_max);
cv_inflation cv_inflater_feed(cv_inflater *inflater, const uint8_t *bytes, size_t count);
uint64_t cv_inflater_size(const cv_inflater *inflater);
void cv_inflater_free(cv_inflater *inflater);

#endif
