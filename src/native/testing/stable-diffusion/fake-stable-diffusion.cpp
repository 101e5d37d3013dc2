/*
 * A library with the functions of stable-diffusion.cpp that the shim uses, for tests: linked with the real shim it makes
 * one that draws without a model. As the real one: one call at a time per context, callbacks on the calling thread, a
 * wish to cancel is forgotten when a picture begins and heard between two steps.
 *
 * The picture: on white a shape in a colour, both taken from words of the prompt (red … black; square, triangle, else a
 * circle), where the seed puts it, under noise that gets less with every step; along the top a stripe as wide as the
 * guidance is strong, in the colour that a negative prompt names. The log tells how many pictures nobody has freed.
 *
 * What it plays is read from the file `<this library>.control` when a call begins, one "key value" a line:
 *
 *   refuse TEXT       the model cannot be loaded, TEXT is logged as the reason
 *   load_ms N         loading takes so long, with signs of life; load_hangs 1: for ever, without
 *   load_oom_gpu 1    too little memory, unless the weights stay in main memory; load_oom 1: in any case
 *   step_ms N         each step takes so long
 *   fail_at N, oom_at N, crash_at N, hang_at N, throw_at N    what happens in place of step N
 *   oom_untiled 1     too little memory to turn the result into pixels in one piece
 *   gpu_mib N         there is a GPU with so much memory, of which a loaded model takes 1024
 */
#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <thread>

#include "ggml-backend.h"
#include "stable-diffusion.h"

struct sd_ctx_t {
  std::atomic<bool> cancelled{false};
  bool on_gpu = false;
};

static sd_log_cb_t log_callback;
static void *log_data;
static sd_progress_cb_t progress_callback;
static void *progress_data;
static std::atomic<int> models_on_gpu{0}, images_alive{0};

static std::string played(const char *key) {
  Dl_info self;
  if (dladdr(reinterpret_cast<void *>(&sd_ctx_params_init), &self) == 0) return "";
  FILE *file = fopen((std::string(self.dli_fname) + ".control").c_str(), "r");
  if (file == nullptr) return "";
  char line[512];
  std::string found;
  size_t length = strlen(key);
  while (fgets(line, sizeof line, file) != nullptr) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, key, length) == 0 && line[length] == ' ') found = line + length + 1;
  }
  fclose(file);
  return found;
}

static int number(const char *key) { return atoi(played(key).c_str()); }

static void say(enum sd_log_level_t level, const std::string &text) {
  if (log_callback != nullptr) log_callback(level, (text + "\n").c_str(), log_data);
}

static void show(int step, int steps) {
  if (progress_callback != nullptr) progress_callback(step, steps, 0.5f, progress_data);
}

static void wait(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

static void hang() {
  for (;;) wait(1000);
}

void sd_set_log_callback(sd_log_cb_t callback, void *data) {
  log_callback = callback;
  log_data = data;
}

void sd_set_progress_callback(sd_progress_cb_t callback, void *data) {
  progress_callback = callback;
  progress_data = data;
}

void sd_ctx_params_init(sd_ctx_params_t *params) { *params = {}; }

sd_ctx_t *new_sd_ctx(const sd_ctx_params_t *params) {
  say(SD_LOG_INFO, std::string("loading model from '") + params->model_path + "'");
  for (int left = number("load_ms"); left > 0; left -= 10) {
    wait(10);
    show(1, 1000);
  }
  if (number("load_hangs")) hang();
  bool on_gpu = number("gpu_mib") > 0 && params->backend == nullptr;
  if (number("load_oom") || (number("load_oom_gpu") && on_gpu && params->params_backend == nullptr)) {
    say(SD_LOG_ERROR, "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 2048.00 MiB on device 0: out of memory");
    return nullptr;
  }
  std::string refused = played("refuse");
  FILE *file = fopen(params->model_path, "r");
  if (file != nullptr) fclose(file);
  if (file == nullptr) refused = std::string("init model loader from file failed: '") + params->model_path + "'";
  if (!refused.empty()) {
    say(SD_LOG_ERROR, refused);
    return nullptr;
  }
  sd_ctx_t *context = new sd_ctx_t();
  context->on_gpu = on_gpu;
  if (on_gpu) models_on_gpu++;
  return context;
}

void free_sd_ctx(sd_ctx_t *context) {
  if (context->on_gpu) models_on_gpu--;
  delete context;
}

void sd_cancel_generation(sd_ctx_t *context, enum sd_cancel_mode_t mode) {
  if (context != nullptr) context->cancelled = mode != SD_CANCEL_RESET;
}

void sd_img_gen_params_init(sd_img_gen_params_t *params) {
  *params = {};
  params->seed = -1;
  params->batch_count = 1;
}

static const struct {
  const char *name;
  uint8_t rgb[3];
} COLOURS[] = {{"red", {220, 30, 30}},   {"green", {30, 160, 60}}, {"blue", {40, 70, 220}}, {"yellow", {240, 210, 40}},
               {"orange", {240, 130, 20}}, {"purple", {140, 50, 170}}, {"black", {0, 0, 0}}};

static const uint8_t *colour_of(const char *text) {
  for (const auto &colour : COLOURS)
    if (strstr(text, colour.name) != nullptr) return colour.rgb;
  static const uint8_t grey[3] = {128, 128, 128};
  return grey;
}

static bool inside(const char *prompt, int x, int y, int radius) {
  if (strstr(prompt, "square") != nullptr) return abs(x) <= radius && abs(y) <= radius;
  if (strstr(prompt, "triangle") != nullptr) return y <= radius && 2 * abs(x) <= y + radius;
  return x * x + y * y <= radius * radius;
}

/* One step: the picture under as much noise as is left. */
static void draw(const sd_img_gen_params_t *params, int step, sd_image_t *image) {
  int steps = params->sample_params.sample_steps;
  uint32_t dice = static_cast<uint32_t>(params->seed) * 2654435761u + static_cast<uint32_t>(step);
  const uint8_t *colour = colour_of(params->prompt), *unwanted = colour_of(params->negative_prompt);
  int radius = (params->width < params->height ? params->width : params->height) / 4;
  int centre_x = params->width / 2 + static_cast<int>(params->seed % 5 - 2) * radius / 4;
  int stripe = static_cast<int>(static_cast<float>(params->width) * params->sample_params.guidance.txt_cfg / 20);
  if (*params->negative_prompt == 0) stripe = 0;
  uint8_t *pixel = image->data;
  for (int y = 0; y < params->height; y++)
    for (int x = 0; x < params->width; x++, pixel += 3) {
      bool drawn = inside(params->prompt, x - centre_x, y - params->height / 2, radius);
      for (int part = 0; part < 3; part++) {
        int value = y < 8 && x < stripe ? unwanted[part] : drawn ? colour[part] : 255;
        dice = dice * 1664525u + 1013904223u;
        pixel[part] = static_cast<uint8_t>((value * step + static_cast<int>(dice >> 24) * (steps - step)) / steps);
      }
    }
}

static bool out_of_memory(const char *what) {
  say(SD_LOG_ERROR, std::string(what) + ": failed to allocate the compute buffer");
  return false;
}

static bool sample(sd_ctx_t *context, const sd_img_gen_params_t *params, sd_image_t *image) {
  int steps = params->sample_params.sample_steps, ms = number("step_ms");
  int fail_at = number("fail_at"), oom_at = number("oom_at"), crash_at = number("crash_at");
  int hang_at = number("hang_at"), throw_at = number("throw_at");
  show(0, steps);
  for (int step = 1; step <= steps; step++) {
    if (context->cancelled) {
      say(SD_LOG_ERROR, "cancelling generation");
      return false;
    }
    if (step == crash_at) raise(SIGSEGV);
    if (step == hang_at) hang();
    if (step == throw_at) throw std::bad_alloc();
    if (step == oom_at) return out_of_memory("unet");
    if (step == fail_at) {
      say(SD_LOG_ERROR, "diffusion model compute failed");
      return false;
    }
    wait(ms);
    draw(params, step, image);
    show(step, steps);
  }
  return true;
}

bool generate_image(sd_ctx_t *context, const sd_img_gen_params_t *params, sd_image_t **images, int *count) {
  *images = nullptr;
  *count = 0;
  context->cancelled = false;
  say(SD_LOG_DEBUG, std::string("parse '") + params->prompt + "'");
  say(SD_LOG_INFO, "generate_image " + std::to_string(params->width) + "x" + std::to_string(params->height) + ", " +
                       std::to_string(images_alive) + " alive");
  size_t bytes = static_cast<size_t>(params->width) * static_cast<size_t>(params->height) * 3;
  auto free_one = [](sd_image_t *unfinished) { free_sd_images(unfinished, 1); };
  std::unique_ptr<sd_image_t, decltype(free_one)> image(static_cast<sd_image_t *>(calloc(1, sizeof(sd_image_t))), free_one);
  image->width = static_cast<uint32_t>(params->width);
  image->height = static_cast<uint32_t>(params->height);
  image->channel = 3;
  image->data = static_cast<uint8_t *>(malloc(bytes));
  images_alive++;
  if (!sample(context, params, image.get())) return false;
  if (number("oom_untiled") && !params->vae_tiling_params.enabled) return out_of_memory("vae");
  *images = image.release();
  *count = 1;
  return true;
}

void free_sd_images(sd_image_t *images, int count) {
  if (images == nullptr) return;
  for (int index = 0; index < count; index++) free(images[index].data);
  images_alive -= count;
  free(images);
}

size_t ggml_backend_dev_count(void) { return number("gpu_mib") > 0 ? 2 : 1; }

ggml_backend_dev_t ggml_backend_dev_get(size_t index) { return reinterpret_cast<ggml_backend_dev_t>(index + 1); }

enum ggml_backend_dev_type ggml_backend_dev_type(ggml_backend_dev_t device) {
  return reinterpret_cast<size_t>(device) == 1 ? GGML_BACKEND_DEVICE_TYPE_CPU : GGML_BACKEND_DEVICE_TYPE_GPU;
}

void ggml_backend_dev_memory(ggml_backend_dev_t, size_t *free, size_t *total) {
  *total = static_cast<size_t>(number("gpu_mib")) << 20;
  *free = *total - (static_cast<size_t>(models_on_gpu) << 30);
}

ggml_backend_reg_t ggml_backend_dev_backend_reg(ggml_backend_dev_t) { return nullptr; }

const char *ggml_backend_reg_name(ggml_backend_reg_t) { return "CUDA"; }
