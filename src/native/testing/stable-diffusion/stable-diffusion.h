/*
 * Stands in for the header of stable-diffusion.cpp, as far as the shim uses it. Names and types are those of the release
 * in ../../sd-shim/release.json; fields that the shim does not touch are left out, so this is for compiling against
 * fake-stable-diffusion.cpp and nothing else.
 */
#ifndef STAND_IN_STABLE_DIFFUSION_H
#define STAND_IN_STABLE_DIFFUSION_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sd_log_level_t { SD_LOG_DEBUG, SD_LOG_VERBOSE, SD_LOG_INFO, SD_LOG_WARN, SD_LOG_ERROR };
enum sd_cancel_mode_t { SD_CANCEL_ALL, SD_CANCEL_NEW_LATENTS, SD_CANCEL_RESET };

typedef struct sd_ctx_t sd_ctx_t;

typedef struct {
  const char *model_path;
  int n_threads;
  bool diffusion_flash_attn;
  bool eager_load;
  const char *backend;
  const char *params_backend;
} sd_ctx_params_t;

typedef struct {
  uint32_t width, height, channel;
  uint8_t *data;
} sd_image_t;

typedef struct {
  float txt_cfg;
} sd_guidance_params_t;

typedef struct {
  sd_guidance_params_t guidance;
  int sample_steps;
} sd_sample_params_t;

typedef struct {
  bool enabled;
} sd_tiling_params_t;

typedef struct {
  const char *prompt, *negative_prompt;
  int width, height;
  sd_sample_params_t sample_params;
  int64_t seed;
  int batch_count;
  sd_tiling_params_t vae_tiling_params;
} sd_img_gen_params_t;

typedef void (*sd_log_cb_t)(enum sd_log_level_t level, const char *text, void *data);
typedef void (*sd_progress_cb_t)(int step, int steps, float time, void *data);

void sd_set_log_callback(sd_log_cb_t callback, void *data);
void sd_set_progress_callback(sd_progress_cb_t callback, void *data);
void sd_ctx_params_init(sd_ctx_params_t *params);
sd_ctx_t *new_sd_ctx(const sd_ctx_params_t *params);
void free_sd_ctx(sd_ctx_t *context);
void sd_cancel_generation(sd_ctx_t *context, enum sd_cancel_mode_t mode);
void sd_img_gen_params_init(sd_img_gen_params_t *params);
bool generate_image(sd_ctx_t *context, const sd_img_gen_params_t *params, sd_image_t **images, int *count);
void free_sd_images(sd_image_t *images, int count);

#ifdef __cplusplus
}
#endif

#endif
