#include "parallel.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include <ATen/Parallel.h>

namespace {

/// One call of `in_parallel`, on the stack of its caller.
struct Division {
  const std::function<void(int64_t, int64_t)> &body;
  int64_t count;
  int64_t parts;
  std::atomic<int64_t> left; // parts that have not ended
  std::exception_ptr failure = nullptr;
  std::condition_variable over{};

  void run(int64_t part) const { body(count * part / parts, count * (part + 1) / parts); }
};

/// Waits a tenth of a millisecond at most; gives whether `holds` did.
///
/// The next work often comes sooner than the system would wake a thread, above all on a machine
/// with other work to do.
template <typename Condition> bool spin_until(Condition holds) {
  for (int turn = 0; turn < 2000; ++turn) {
    if (holds())
      return true;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  return holds();
}

class Helpers {
public:
  static Helpers &shared() {
    // Never destroyed: its threads wait in it until the process ends.
    static Helpers *helpers = new Helpers;
    return *helpers;
  }

  void run(Division &division) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      while (started_ < division.parts - 1) {
        std::thread([this] { help(); }).detach();
        started_ += 1;
      }
      for (int64_t part = 1; part < division.parts; ++part)
        waiting_.push_back({&division, part});
      waiting_count_ = waiting_.size();
    }
    for (int64_t part = 1; part < division.parts; ++part)
      work_.notify_one();
    perform(division, 0);
    spin_until([&] { return division.left == 0; });
    std::unique_lock<std::mutex> lock(mutex_);
    // Whoever waits works: the helpers may be busy with another caller's parts.
    while (division.left > 0) {
      auto own = std::find_if(waiting_.begin(), waiting_.end(),
                              [&](const Part &part) { return part.division == &division; });
      if (own == waiting_.end()) {
        division.over.wait(lock);
        continue;
      }
      int64_t part = own->number;
      waiting_.erase(own);
      waiting_count_ = waiting_.size();
      lock.unlock();
      perform(division, part);
      lock.lock();
    }
    if (division.failure)
      std::rethrow_exception(division.failure);
  }

private:
  struct Part {
    Division *division;
    int64_t number;
  };

  void help() {
    while (true) {
      spin_until([this] { return waiting_count_ > 0; });
      std::unique_lock<std::mutex> lock(mutex_);
      work_.wait(lock, [this] { return !waiting_.empty(); });
      Part part = waiting_.front();
      waiting_.pop_front();
      waiting_count_ = waiting_.size();
      lock.unlock();
      perform(*part.division, part.number);
    }
  }

  void perform(Division &division, int64_t part) {
    std::exception_ptr failure = nullptr;
    try {
      division.run(part);
    } catch (...) {
      failure = std::current_exception();
    }
    std::lock_guard<std::mutex> lock(mutex_);
    if (failure)
      division.failure = failure;
    division.left -= 1;
    // Under the lock: once it is let go, the caller may return and the division be gone.
    if (division.left == 0)
      division.over.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Part> waiting_;
  std::atomic<size_t> waiting_count_ = 0; // to be looked at without the lock
  int64_t started_ = 0;
};

} // namespace

namespace ctorch {

void in_parallel(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)> &body) {
  int64_t parts = std::min<int64_t>(at::get_num_threads(), count / std::max<int64_t>(1, grain));
  if (parts <= 1) {
    body(0, count);
    return;
  }
  Division division{body, count, parts, {parts}};
  Helpers::shared().run(division);
}

} // namespace ctorch
