// How the C library keeps memory, which Swift's Glibc module leaves out.
#include <malloc.h>
