#pragma once

// The one thread on which machine code is made, agent by agent, while the app starts.
//
// It begins with its first job: where nothing is to be compiled there is none. Thread safe.

#include <functional>
#include <future>
#include <memory>

namespace kaspr::jit {

class CompileThread {
 public:
  CompileThread();
  ~CompileThread();  // once all jobs are done

  // The future is ready when the job is done.
  std::shared_future<void> Post(std::function<void()> job);

 private:
  struct Pool;

  const std::unique_ptr<Pool> pool_;
};

}  // namespace kaspr::jit
