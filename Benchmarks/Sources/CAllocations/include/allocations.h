#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stdint.h>

// Counts this process' allocations from now on, from zero, or stops counting.
void allocations_count(int is_on);

// Allocations since counting was switched on.
uint64_t allocations_counted(void);

#endif
