#pragma once

// A function of the lane that may wait in the middle: for an awaitable of user code, a delivery, a
// time.
//
//   Task<bool> Pipeline::Run(...) {
//     Ref result = co_await block.Call(value, event);
//     ...
//     co_return true;
//   }
//
// A task runs at once, as a plain call would, and whoever awaits one that has ended goes on without
// a stop: only what really waits costs more than a call. What is called for every value is no
// coroutine: it gives `Task<bool>::Done(true)`, or where it has to wait the task of one that goes
// on for it. A task must be awaited, where it is called. Whoever resumes a task that waited goes on
// with `ResumeAll`, which runs the callers that this sets free one after the other, so that the
// stack does not grow with them. Lane's thread only.

#include <array>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <utility>

namespace kaspr::python {

// The caller that the task which just ended sets free.
inline thread_local std::coroutine_handle<> freed_caller;

inline void ResumeAll(std::coroutine_handle<> handle) {
  for (; handle; handle = std::exchange(freed_caller, nullptr)) handle.resume();
}

// Memory of tasks: there are a few sizes of them, and a few of each at a time.
class FramePool {
 public:
  static void* Take(size_t size) {
    Frame** list = ListFor(size);
    if (list == nullptr || *list == nullptr) return ::operator new(Rounded(size));
    return std::exchange(*list, (*list)->next);
  }
  static void Give(void* memory, size_t size) {
    Frame** list = ListFor(size);
    if (list == nullptr) return ::operator delete(memory);
    *list = new (memory) Frame{*list};
  }

 private:
  struct Frame {
    Frame* next;
  };
  struct Lists {
    ~Lists() {
      for (Frame* first : lists) {
        while (first != nullptr) ::operator delete(std::exchange(first, first->next));
      }
    }
    std::array<Frame*, 32> lists{};
  };
  static constexpr size_t kStep = 64;
  static size_t Rounded(size_t size) { return (size / kStep + 1) * kStep; }
  static Frame** ListFor(size_t size) {
    static thread_local Lists lists;
    const size_t index = size / kStep;
    return index < lists.lists.size() ? &lists.lists[index] : nullptr;
  }
};

template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    T value{};
    std::coroutine_handle<> caller;

    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Final {
        bool await_ready() noexcept { return false; }
        void await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
          freed_caller = ended.promise().caller;
        }
        void await_resume() noexcept {}
      };
      return Final{};
    }
    void return_value(T result) { value = std::move(result); }
    void unhandled_exception() { std::terminate(); }  // no exception leaves a folder
    static void* operator new(size_t size) { return FramePool::Take(size); }
    static void operator delete(void* memory, size_t size) { FramePool::Give(memory, size); }
  };

  Task() = default;
  // What never waits, and has no memory of its own.
  static Task Done(T result) {
    Task task;
    task.result_ = std::move(result);
    return task;
  }
  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), result_(std::move(other.result_)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(result_, other.result_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool done() const { return !handle_ || handle_.done(); }

  bool await_ready() const { return done(); }
  void await_suspend(std::coroutine_handle<> caller) { handle_.promise().caller = caller; }
  T await_resume() { return std::move(handle_ ? handle_.promise().value : result_); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;  // null: it is done
  T result_{};
};

}  // namespace kaspr::python
