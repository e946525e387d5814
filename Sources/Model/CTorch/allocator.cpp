// An allocator for CPU tensors that keeps what they free.

#include "internal.hpp"

#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include <c10/core/CPUAllocator.h>

namespace {

constexpr size_t alignment = 64;              // a cache line, and the widest vector
constexpr size_t cached_bytes_min = 16 << 10; // malloc serves smaller blocks well

/// Lies in the 64 bytes before the data.
struct Header {
  void *start;        // what free() takes
  size_t block_bytes; // of the data, rounded up to its class
};
static_assert(sizeof(Header) <= alignment, "the header must fit before the data");

/// Rounds up to one of four steps between powers of two: at most a quarter is wasted.
size_t size_class(size_t bytes) {
  if (bytes < cached_bytes_min)
    return (bytes + alignment - 1) / alignment * alignment;
  size_t step = cached_bytes_min / 4;
  while (step * 8 < bytes)
    step *= 2;
  return (bytes + step - 1) / step * step;
}

class CachingAllocator final : public at::Allocator {
public:
  at::DataPtr allocate(size_t bytes) const override {
    if (bytes == 0)
      return {nullptr, nullptr, &deallocate, at::Device(at::DeviceType::CPU)};
    void *data = shared().take(size_class(bytes));
    return {data, data, &deallocate, at::Device(at::DeviceType::CPU)};
  }

  at::DeleterFnPtr raw_deleter() const override { return &deallocate; }

  static CachingAllocator &shared() {
    // Never destroyed: tensors in static variables may be freed after it would have been.
    static CachingAllocator *allocator = new CachingAllocator;
    return *allocator;
  }

  void set_budget(uint64_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    statistics_.budget_bytes = bytes;
    if (statistics_.cached_bytes > bytes)
      release_all();
  }

  void clear() {
    std::lock_guard<std::mutex> lock(mutex_);
    release_all();
  }

  ct_cache_statistics statistics() {
    std::lock_guard<std::mutex> lock(mutex_);
    return statistics_;
  }

private:
  static void deallocate(void *data) {
    if (data != nullptr)
      shared().give_back(data);
  }

  static Header *header(void *data) {
    return reinterpret_cast<Header *>(static_cast<char *>(data) - alignment);
  }

  void *take(size_t block_bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = free_.find(block_bytes);
    void *data = nullptr;
    if (found != free_.end() && !found->second.empty()) {
      data = found->second.back();
      found->second.pop_back();
      statistics_.cached_bytes -= block_bytes;
      statistics_.hits += 1;
    } else {
      data = fresh(block_bytes);
      if (block_bytes >= cached_bytes_min)
        statistics_.misses += 1;
    }
    statistics_.live_bytes += block_bytes;
    statistics_.live_bytes_max = std::max(statistics_.live_bytes_max, statistics_.live_bytes);
    return data;
  }

  void *fresh(size_t block_bytes) {
    void *start = nullptr;
    if (posix_memalign(&start, alignment, block_bytes + alignment) != 0) {
      release_all(); // what is kept may be all that is missing
      int failed = posix_memalign(&start, alignment, block_bytes + alignment);
      TORCH_CHECK(failed == 0, "no memory for a tensor of ", block_bytes, " bytes");
    }
    void *data = static_cast<char *>(start) + alignment;
    *header(data) = {start, block_bytes};
    return data;
  }

  void give_back(void *data) {
    std::lock_guard<std::mutex> lock(mutex_);
    size_t bytes = header(data)->block_bytes;
    statistics_.live_bytes -= bytes;
    bool fits = bytes >= cached_bytes_min && bytes <= statistics_.budget_bytes;
    // A full cache holds sizes that nobody asks for any more: start afresh.
    if (fits && statistics_.cached_bytes + bytes > statistics_.budget_bytes)
      release_all();
    if (!fits || !keep(data, bytes)) {
      statistics_.released_bytes += bytes;
      std::free(header(data)->start);
    }
  }

  bool keep(void *data, size_t bytes) noexcept {
    try {
      free_[bytes].push_back(data);
      statistics_.cached_bytes += bytes;
      return true;
    } catch (...) {
      return false;
    }
  }

  void release_all() noexcept {
    for (auto &entry : free_) {
      for (void *data : entry.second)
        std::free(header(data)->start);
    }
    free_.clear();
    statistics_.released_bytes += statistics_.cached_bytes;
    statistics_.cached_bytes = 0;
  }

  std::mutex mutex_;
  std::map<size_t, std::vector<void *>> free_;
  ct_cache_statistics statistics_ = {};
};

// Registered before the first tensor: libtorch also frees by asking for the allocator of that
// moment, and a block that another one made must never come here.
[[maybe_unused]] const bool registered = [] {
  constexpr uint8_t above_the_default = 1;
  c10::SetCPUAllocator(&CachingAllocator::shared(), above_the_default);
  return true;
}();

} // namespace

int ct_cache_set_budget(uint64_t budget_bytes) {
  return ctorch::guarded([&] { CachingAllocator::shared().set_budget(budget_bytes); });
}

void ct_cache_read(ct_cache_statistics *out) { *out = CachingAllocator::shared().statistics(); }

void ct_cache_clear(void) { CachingAllocator::shared().clear(); }
