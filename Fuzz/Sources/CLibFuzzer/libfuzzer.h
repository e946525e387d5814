// The entry of libFuzzer as a library, which comes with the toolchain but has no header there.
#ifndef LIBFUZZER_H
#define LIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

// Runs the callback on one input after the other, as the options say, and ends the program.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *bytes, size_t count));

#endif
