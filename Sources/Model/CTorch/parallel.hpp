// Work divided among threads.

#ifndef CTORCH_PARALLEL_HPP
#define CTORCH_PARALLEL_HPP

#include <cstdint>
#include <functional>

namespace ctorch {

/// Calls `body` with parts of `0..<count` on as many threads as ATen's operators use on the calling
/// one, itself included, each part at least `grain` long unless it is the only one. The parts are
/// several times as many as the threads, which take them in turn: one that the system holds up does
/// not hold up the others.
///
/// `at::parallel_for` works on one thread only in files that are not compiled for OpenMP, and Swift
/// packages cannot ask for that.
void in_parallel(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)> &body);

/// The same with one part for each thread, where to begin a part costs something.
void in_equal_parts(int64_t count, int64_t grain,
                    const std::function<void(int64_t, int64_t)> &body);

} // namespace ctorch

#endif
