// How much memory a piece of code has at most, counted where it is allocated.
#ifndef ALLOCATION_PEAK_H
#define ALLOCATION_PEAK_H

#include <stddef.h>

// Begins to count what is allocated and not freed, in all of the process.
void allocation_peak_begin(void);

// The most bytes that were allocated at once since `allocation_peak_begin`, beyond those allocated
// before it, with what the allocator adds to each block. Counting goes on.
size_t allocation_peak_bytes(void);

#endif
