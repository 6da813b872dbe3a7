#include "jit/compile_thread.h"

#include <llvm/Support/ThreadPool.h>

#include <utility>

namespace kaspr::jit {

struct CompileThread::Pool {
  llvm::StdThreadPool threads{llvm::hardware_concurrency(1)};
};

CompileThread::CompileThread() : pool_(std::make_unique<Pool>()) {}
CompileThread::~CompileThread() = default;

std::shared_future<void> CompileThread::Post(std::function<void()> job) {
  return pool_->threads.async(std::move(job));
}

}  // namespace kaspr::jit
