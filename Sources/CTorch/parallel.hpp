// Work divided among threads.

#ifndef CTORCH_PARALLEL_HPP
#define CTORCH_PARALLEL_HPP

#include <cstdint>
#include <functional>

namespace ctorch {

/// Calls `body` with parts of `0..<count` on as many threads as ATen's operators use on the calling
/// one, itself included, each part at least `grain` long unless it is the only one.
///
/// `at::parallel_for` works on one thread only in files that are not compiled for OpenMP, and Swift
/// packages cannot ask for that.
void in_parallel(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)> &body);

} // namespace ctorch

#endif
