#include "sd_shim.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <thread>

#include "ggml-backend.h"
#include "stable-diffusion.h"

#ifndef SD_SHIM_RELEASE
#define SD_SHIM_RELEASE "unknown"
#endif

namespace {

/* So many complaints explain a failure; more would bury it. */
constexpr size_t KEPT_COMPLAINTS = 4;
constexpr size_t KEPT_LINES = 256;
constexpr size_t LONGEST_LINE = 1000;

std::atomic<int64_t> activity{0};
std::mutex log_lock;
std::deque<std::string> log_lines;

}  // namespace

struct sd_shim_session {
  std::atomic<sd_ctx_t *> context{nullptr};
  sd_image_t *images = nullptr;
  int image_count = 0;
  int wanted_steps = 0;
  std::thread worker;
  std::atomic<int32_t> state{SD_SHIM_IDLE};
  std::atomic<int32_t> step{0};
  std::atomic<bool> cancelled{false};
  std::mutex complaints_lock;
  std::deque<std::string> complaints;

  void complain(const std::string &text) {
    std::lock_guard<std::mutex> guard(complaints_lock);
    complaints.push_back(text);
    if (complaints.size() > KEPT_COMPLAINTS) complaints.pop_front();
  }

  void free_images() {
    free_sd_images(images, image_count);
    images = nullptr;
    image_count = 0;
  }
};

namespace {

/* Upstream calls back without saying for whom; a session's job and what it logs share a thread. */
thread_local sd_shim_session *current = nullptr;

void on_log(enum sd_log_level_t level, const char *text, void *) {
  activity++;
  if (level != SD_LOG_INFO && level != SD_LOG_WARN && level != SD_LOG_ERROR) return;
  std::string line(text == nullptr ? "" : text, text == nullptr ? 0 : strnlen(text, LONGEST_LINE));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  if (line.empty()) return;
  if (level == SD_LOG_ERROR && current != nullptr) current->complain(line);
  std::lock_guard<std::mutex> guard(log_lock);
  log_lines.push_back(std::move(line));
  if (log_lines.size() > KEPT_LINES) log_lines.pop_front();
}

/* Also called while weights are read and while the result is turned into pixels, with other numbers of steps. */
void on_progress(int step, int steps, float, void *) {
  activity++;
  sd_shim_session *session = current;
  if (session == nullptr) return;
  /* Said again here, because a wish that comes just before generate_image begins is forgotten by it. */
  if (session->cancelled) sd_cancel_generation(session->context, SD_CANCEL_ALL);
  if (steps == session->wanted_steps && step > session->step) session->step = step;
}

void listen() {
  static std::once_flag once;
  std::call_once(once, [] {
    sd_set_log_callback(on_log, nullptr);
    sd_set_progress_callback(on_progress, nullptr);
  });
}

/* Runs `job` on a thread of its own; it returns how it ended. What C++ throws must not leave this library. */
template <typename Job>
int32_t begin(sd_shim_session *session, Job job) {
  if (session->worker.joinable()) session->worker.join();
  {
    std::lock_guard<std::mutex> guard(session->complaints_lock);
    session->complaints.clear();
  }
  session->free_images();
  session->step = 0;
  session->cancelled = false;
  session->state = SD_SHIM_WORKING;
  try {
    session->worker = std::thread([session, job] {
      current = session;
      int32_t ended = SD_SHIM_FAILED;
      try {
        ended = job();
      } catch (const std::bad_alloc &) {
        session->complain("out of memory");
      } catch (const std::exception &error) {
        session->complain(error.what());
      } catch (...) {
        session->complain("an unknown C++ exception");
      }
      current = nullptr;
      session->state = ended;
    });
  } catch (const std::exception &error) {
    session->complain(error.what());
    session->state = SD_SHIM_FAILED;
  }
  return 0;
}

int32_t copy(const std::string &from, char *to, int32_t capacity) {
  if (to == nullptr || capacity <= 0) return 0;
  size_t length = std::min(from.size(), static_cast<size_t>(capacity) - 1);
  std::memcpy(to, from.data(), length);
  to[length] = 0;
  return static_cast<int32_t>(length);
}

}  // namespace

int32_t sd_shim_abi(void) { return SD_SHIM_ABI; }

const char *sd_shim_release(void) { return SD_SHIM_RELEASE; }

const char *sd_shim_gpu(int64_t memory[2]) {
  const char *kind = "";
  memory[0] = memory[1] = 0;
  for (size_t index = 0; index < ggml_backend_dev_count(); index++) {
    ggml_backend_dev_t device = ggml_backend_dev_get(index);
    if (ggml_backend_dev_type(device) != GGML_BACKEND_DEVICE_TYPE_GPU) continue;
    size_t free = 0, total = 0;
    ggml_backend_dev_memory(device, &free, &total);
    memory[0] += static_cast<int64_t>(free);
    memory[1] += static_cast<int64_t>(total);
    if (*kind == 0) kind = ggml_backend_reg_name(ggml_backend_dev_backend_reg(device));
  }
  return kind;
}

sd_shim_session *sd_shim_open(void) {
  listen();
  return new (std::nothrow) sd_shim_session();
}

int32_t sd_shim_load(sd_shim_session *session, const char *model_path, int32_t threads, int32_t gpu,
                     int32_t weights_in_ram) {
  if (session->state == SD_SHIM_WORKING || session->context != nullptr) return -1;
  return begin(session, [session, model = std::string(model_path), threads, gpu, weights_in_ram] {
    sd_ctx_params_t params;
    sd_ctx_params_init(&params);
    params.model_path = model.c_str();
    params.n_threads = threads;
    if (gpu == 0) params.backend = "cpu";
    if (weights_in_ram != 0) params.params_backend = "cpu";
    params.diffusion_flash_attn = weights_in_ram != 0;
    /* Now and not with the first picture, so that it fails now when it cannot be read or does not fit. */
    params.eager_load = weights_in_ram == 0;
    session->context = new_sd_ctx(&params);
    return session->context == nullptr ? SD_SHIM_FAILED : SD_SHIM_DONE;
  });
}

int32_t sd_shim_draw(sd_shim_session *session, const char *prompt, const char *negative_prompt, int32_t width,
                     int32_t height, int32_t steps, float guidance, int64_t seed, int32_t tiled) {
  if (session->state == SD_SHIM_WORKING || session->context == nullptr) return -1;
  session->wanted_steps = steps;
  return begin(session, [=, positive = std::string(prompt), negative = std::string(negative_prompt)] {
    sd_img_gen_params_t params;
    sd_img_gen_params_init(&params);
    params.prompt = positive.c_str();
    params.negative_prompt = negative.c_str();
    params.width = width;
    params.height = height;
    params.seed = seed;
    params.batch_count = 1;
    params.sample_params.sample_steps = steps;
    params.sample_params.guidance.txt_cfg = guidance;
    params.vae_tiling_params.enabled = tiled != 0;
    bool drawn = generate_image(session->context, &params, &session->images, &session->image_count);
    if (session->cancelled) {
      session->free_images();
      return SD_SHIM_CANCELLED;
    }
    return drawn && session->image_count > 0 && session->images[0].data != nullptr ? SD_SHIM_DONE : SD_SHIM_FAILED;
  });
}

int32_t sd_shim_poll(sd_shim_session *session, int32_t progress[2]) {
  progress[0] = session->step;
  progress[1] = session->wanted_steps;
  return session->state;
}

int64_t sd_shim_activity(void) { return activity; }

void sd_shim_cancel(sd_shim_session *session) {
  session->cancelled = true;
  sd_cancel_generation(session->context, SD_CANCEL_ALL);
}

int32_t sd_shim_size(sd_shim_session *session, int32_t size[3]) {
  if (session->state != SD_SHIM_DONE || session->images == nullptr) return -1;
  size[0] = static_cast<int32_t>(session->images[0].width);
  size[1] = static_cast<int32_t>(session->images[0].height);
  size[2] = static_cast<int32_t>(session->images[0].channel);
  return 0;
}

int32_t sd_shim_take(sd_shim_session *session, uint8_t *pixels, int64_t bytes) {
  int32_t size[3];
  if (sd_shim_size(session, size) != 0) return -1;
  if (bytes != static_cast<int64_t>(size[0]) * size[1] * size[2]) return -1;
  std::memcpy(pixels, session->images[0].data, static_cast<size_t>(bytes));
  session->free_images();
  return 0;
}

int32_t sd_shim_error(sd_shim_session *session, char *text, int32_t capacity) {
  std::lock_guard<std::mutex> guard(session->complaints_lock);
  std::string all;
  for (const std::string &complaint : session->complaints) all += (all.empty() ? "" : "; ") + complaint;
  return copy(all, text, capacity);
}

int32_t sd_shim_log(char *text, int32_t capacity) {
  std::lock_guard<std::mutex> guard(log_lock);
  if (log_lines.empty()) return -1;
  int32_t length = copy(log_lines.front(), text, capacity);
  log_lines.pop_front();
  return length;
}

void sd_shim_close(sd_shim_session *session) {
  sd_shim_cancel(session);
  if (session->worker.joinable()) session->worker.join();
  session->free_images();
  if (session->context != nullptr) free_sd_ctx(session->context);
  delete session;
}
