#include "CVips.h"

#include <stdio.h>
#include <string.h>
#include <vips/vips.h>

#include <vips/vector.h> /* needs what stands above it */

/* Copies the first line of libvips's error text out and empties its buffer. The buffer belongs to
 * the process, so when two calls fail at once one may get the other's words: good enough for a
 * reason shown to people, which is all it is used for. */
static int failed(char *message) {
  char *text = vips_error_buffer_copy();
  size_t length = strcspn(text, "\r\n");
  if (length == 0) {
    snprintf(message, CV_MESSAGE_SIZE, "no reason given");
  } else {
    snprintf(message, CV_MESSAGE_SIZE, "%.*s", (int)length, text);
  }
  g_free(text);
  return -1;
}

/* Warnings are either failures (fail_on) or noise; neither belongs on standard error. */
static void ignore_log(const gchar *domain, GLogLevelFlags level, const gchar *message,
                       gpointer data) {
  (void)domain, (void)level, (void)message, (void)data;
}

/* 1 once libvips may be called. */
static gint is_started;

static gpointer start_once(gpointer data) {
  g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO, ignore_log, NULL);
  if (VIPS_INIT("diyml")) {
    return NULL;
  }
  vips_concurrency_set(1);
  /* orc, which compiles vector code at run time, has crashed under concurrent decoding. */
  vips_vector_set_enabled(FALSE);
  /* A cached operation would keep a pointer to bytes that the caller has freed. */
  vips_cache_set_max(0);
  vips_operation_block_set("VipsForeign", TRUE);
  vips_operation_block_set("VipsForeignLoadJpeg", FALSE);
  vips_operation_block_set("VipsForeignLoadPng", FALSE);
  vips_operation_block_set("VipsForeignLoadWebp", FALSE);
  vips_operation_block_set("VipsForeignLoadNsgif", FALSE);
  vips_operation_block_set("VipsForeignSaveJpeg", FALSE);
  vips_operation_block_set("VipsForeignSavePng", FALSE);
  vips_block_untrusted_set(TRUE);
  g_atomic_int_set(&is_started, 1);
  return data;
}

int cv_start(char *message) {
  static GOnce once = G_ONCE_INIT;
  return g_once(&once, start_once, &once) != NULL ? 0 : failed(message);
}

/* Puts `next`, made from `*image`, in its place. */
static void replace(VipsImage **image, VipsImage *next) {
  g_object_unref(*image);
  *image = next;
}

/* The largest reduction on load that leaves the resampler at least twice the target. */
static int load_shrink(const cv_request *request) {
  int turned = request->orientation >= 5;
  double across =
      (double)request->stored_width / (turned ? request->target_height : request->target_width);
  double down =
      (double)request->stored_height / (turned ? request->target_width : request->target_height);
  double least = VIPS_MIN(across, down);
  if (request->format != CV_JPEG || !request->shrinks_on_load) {
    return 1;
  }
  return least >= 16 ? 8 : least >= 8 ? 4 : least >= 4 ? 2 : 1;
}

static int load(const cv_request *request, VipsAccess access, int shrink, VipsImage **out) {
  void *bytes = (void *)request->bytes;
  size_t count = request->byte_count;
  switch (request->format) {
  case CV_JPEG:
    return vips_jpegload_buffer(bytes, count, out, "access", access, "fail_on",
                                VIPS_FAIL_ON_WARNING, "shrink", shrink, NULL);
  case CV_PNG:
    return vips_pngload_buffer(bytes, count, out, "access", access, "fail_on", VIPS_FAIL_ON_WARNING,
                               NULL);
  case CV_WEBP:
    return vips_webpload_buffer(bytes, count, out, "access", access, "fail_on",
                                VIPS_FAIL_ON_WARNING, "n", 1, NULL);
  case CV_GIF:
    return vips_gifload_buffer(bytes, count, out, "access", access, "fail_on", VIPS_FAIL_ON_WARNING,
                               "n", 1, NULL);
  }
  vips_error("diyml", "format %d is unknown", (int)request->format);
  return -1;
}

static int check_size(const cv_request *request, int shrink, const VipsImage *image) {
  int width = (request->stored_width + shrink - 1) / shrink;
  int height = (request->stored_height + shrink - 1) / shrink;
  /* A reduced JPEG may be rounded either way. */
  int slack = shrink > 1 ? 1 : 0;
  if (abs(image->Xsize - width) > slack || abs(image->Ysize - height) > slack) {
    vips_error("diyml", "the decoder sees %d x %d pixels, the header says %d x %d", image->Xsize,
               image->Ysize, request->stored_width, request->stored_height);
    return -1;
  }
  return 0;
}

/* Alpha goes before resizing, so that hidden colours never bleed into what shows. */
static int flatten(VipsImage **image) {
  double white = (*image)->BandFmt == VIPS_FORMAT_USHORT ? 65535 : 255;
  VipsArrayDouble *background;
  VipsImage *next;
  int result;
  if (!vips_image_hasalpha(*image)) {
    return 0;
  }
  background = vips_array_double_newv(1, white);
  result = vips_flatten(*image, &next, "background", background, "max_alpha", white, NULL);
  vips_area_unref(VIPS_AREA(background));
  if (result) {
    return -1;
  }
  replace(image, next);
  return 0;
}

/* Antialiased bicubic. Large reductions average whole pixels first, down to twice the target. */
static int resize(const cv_request *request, VipsImage **image) {
  int turned = request->orientation >= 5;
  int width = turned ? request->target_height : request->target_width;
  int height = turned ? request->target_width : request->target_height;
  VipsImage *next;
  if (vips_resize(*image, &next, (double)width / (*image)->Xsize, "vscale",
                  (double)height / (*image)->Ysize, "kernel", VIPS_KERNEL_CUBIC, "gap", 2.0,
                  NULL)) {
    return -1;
  }
  replace(image, next);
  if (next->Xsize != width || next->Ysize != height) {
    vips_error("diyml", "resized to %d x %d instead of %d x %d", next->Xsize, next->Ysize, width,
               height);
    return -1;
  }
  return 0;
}

/* To three bands of 8 bits in sRGB. Embedded colour profiles are hostile input of their own and
 * are dropped: training pipelines do not apply them either. */
static int convert(VipsImage **image) {
  VipsImage *next;
  if (vips_copy(*image, &next, NULL)) {
    return -1;
  }
  replace(image, next);
  vips_image_remove(next, VIPS_META_ICC_NAME);
  if (vips_colourspace(*image, &next, VIPS_INTERPRETATION_sRGB, NULL)) {
    return -1;
  }
  replace(image, next);
  if (vips_cast_uchar(*image, &next, NULL)) {
    return -1;
  }
  replace(image, next);
  if (next->Bands != 3) {
    vips_error("diyml", "%d colour bands instead of 3", next->Bands);
    return -1;
  }
  return 0;
}

/* EXIF orientations: 2 to 4 need no transposition, 5 to 8 swap width and height. */
static int rotate(int orientation, VipsImage **image) {
  static const VipsAngle angles[] = {VIPS_ANGLE_D0,   VIPS_ANGLE_D0,   VIPS_ANGLE_D0,
                                     VIPS_ANGLE_D180, VIPS_ANGLE_D180, VIPS_ANGLE_D90,
                                     VIPS_ANGLE_D90,  VIPS_ANGLE_D270, VIPS_ANGLE_D270};
  VipsImage *next;
  int mirrored = orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
  if (vips_rot(*image, &next, angles[orientation], NULL)) {
    return -1;
  }
  replace(image, next);
  if (!mirrored) {
    return 0;
  }
  if (vips_flip(*image, &next, VIPS_DIRECTION_HORIZONTAL, NULL)) {
    return -1;
  }
  replace(image, next);
  return 0;
}

static int copy_out(VipsImage *image, uint8_t *rgb, size_t rgb_count) {
  size_t size;
  void *pixels = vips_image_write_to_memory(image, &size);
  if (!pixels) {
    return -1;
  }
  if (size != rgb_count) {
    vips_error("diyml", "%zu bytes of pixels instead of %zu", size, rgb_count);
    g_free(pixels);
    return -1;
  }
  memcpy(rgb, pixels, size);
  g_free(pixels);
  return 0;
}

int cv_decode(const cv_request *request, uint8_t *rgb, size_t rgb_count, char *message) {
  int shrink = load_shrink(request);
  int turned = request->orientation >= 5;
  /* Enlarging reads back and forth; it only happens to sides shorter than the target's. */
  int enlarges = request->stored_width < (turned ? request->target_height : request->target_width) ||
                 request->stored_height < (turned ? request->target_width : request->target_height);
  VipsImage *image, *pixels;
  int result;
  if (load(request, enlarges ? VIPS_ACCESS_RANDOM : VIPS_ACCESS_SEQUENTIAL, shrink, &image)) {
    return failed(message);
  }
  result = check_size(request, shrink, image) || flatten(&image) ||
           resize(request, &image) || convert(&image);
  if (!result) {
    /* All decoding happens here; what follows turns a small picture in memory. */
    pixels = vips_image_copy_memory(image);
    result = pixels == NULL;
    if (pixels) {
      replace(&image, pixels);
    }
  }
  result = result || rotate(request->orientation, &image) || copy_out(image, rgb, rgb_count);
  g_object_unref(image);
  return result ? failed(message) : 0;
}

int cv_encode(cv_format format, const uint8_t *rgb, int width, int height, int quality,
              uint8_t **bytes, size_t *byte_count, char *message) {
  size_t count = (size_t)width * (size_t)height * 3;
  VipsImage *image = vips_image_new_from_memory(rgb, count, width, height, 3, VIPS_FORMAT_UCHAR);
  VipsImage *tagged;
  void *out = NULL;
  int result;
  if (!image) {
    return failed(message);
  }
  if (vips_copy(image, &tagged, "interpretation", VIPS_INTERPRETATION_sRGB, NULL)) {
    g_object_unref(image);
    return failed(message);
  }
  replace(&image, tagged);
  result = format == CV_PNG
               ? vips_pngsave_buffer(image, &out, byte_count, "strip", TRUE, NULL)
               : vips_jpegsave_buffer(image, &out, byte_count, "Q", quality, "strip", TRUE, NULL);
  g_object_unref(image);
  if (result) {
    return failed(message);
  }
  *bytes = out;
  return 0;
}

void cv_free(uint8_t *bytes) { g_free(bytes); }

void cv_end_thread(void) {
  if (g_atomic_int_get(&is_started)) {
    vips_thread_shutdown();
  }
}
