/*
 * What src/native/stable-diffusion.ts calls: stable-diffusion.cpp behind functions with flat arguments. Upstream passes
 * large structures that change from release to release; here they are filled by a compiler that has the header of the
 * release that is linked (release.json), and the caller only has to agree on this file, whose version is SD_SHIM_ABI.
 *
 * Loading and drawing take long, so each runs on a thread of its own and is asked after with sd_shim_poll; nothing here
 * but sd_shim_close waits for it, and nothing calls back into the caller, who uses one thread for all calls. A session
 * does one thing at a time; several sessions work side by side.
 */
#ifndef SD_SHIM_H
#define SD_SHIM_H

#include <stdint.h>

#ifdef _WIN32
#define SD_SHIM_API __declspec(dllexport)
#else
#define SD_SHIM_API __attribute__((visibility("default")))
#endif

#ifndef SD_SHIM_ABI
#define SD_SHIM_ABI 1
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sd_shim_session sd_shim_session;

/* What a session does, or how its last job ended. */
enum sd_shim_state {
  SD_SHIM_IDLE = 0,
  SD_SHIM_WORKING = 1,
  SD_SHIM_DONE = 2,
  SD_SHIM_FAILED = 3,
  SD_SHIM_CANCELLED = 4
};

/* To be compared with the caller's own before anything else is called. */
SD_SHIM_API int32_t sd_shim_abi(void);

/* Upstream's release that is linked in. */
SD_SHIM_API const char *sd_shim_release(void);

/* Kind of the GPUs that can be used, such as CUDA; an empty text without one. memory gets free and total bytes of all. */
SD_SHIM_API const char *sd_shim_gpu(int64_t memory[2]);

/* NULL when there is no memory even for that. */
SD_SHIM_API sd_shim_session *sd_shim_open(void);

/*
 * Begins to load a model file. gpu: 0 computes on the processor. weights_in_ram: 1 keeps the weights in main memory and
 * moves them to the GPU while they are needed, which is slower and takes less of the GPU's memory.
 * Returns 0, or -1 when the session is at work.
 */
SD_SHIM_API int32_t sd_shim_load(sd_shim_session *session, const char *model_path, int32_t threads, int32_t gpu,
                                 int32_t weights_in_ram);

/*
 * Begins to draw with the model that is loaded. Texts are UTF-8; sizes in pixels; seed from 0. tiled: 1 turns the result
 * into pixels piece by piece, which takes less memory.
 * Returns 0, or -1 when the session is at work or has no model.
 */
SD_SHIM_API int32_t sd_shim_draw(sd_shim_session *session, const char *prompt, const char *negative_prompt,
                                 int32_t width, int32_t height, int32_t steps, float guidance, int64_t seed,
                                 int32_t tiled);

/* Returns the sd_shim_state; progress gets the step of the picture that is done and how many there are. */
SD_SHIM_API int32_t sd_shim_poll(sd_shim_session *session, int32_t progress[2]);

/* Grows with each sign of life of any session. */
SD_SHIM_API int64_t sd_shim_activity(void);

/* Gives up the picture after the step it is at; a load goes on. */
SD_SHIM_API void sd_shim_cancel(sd_shim_session *session);

/* Of the picture that is ready: width, height and bytes a pixel. Returns 0, or -1 without one. */
SD_SHIM_API int32_t sd_shim_size(sd_shim_session *session, int32_t size[3]);

/* Copies the picture (rows from the top, no padding) and frees it. Returns 0, or -1 when bytes is not its size. */
SD_SHIM_API int32_t sd_shim_take(sd_shim_session *session, uint8_t *pixels, int64_t bytes);

/* Why the last job failed: what the engine complained about, cut at capacity. Returns the length, as all texts here. */
SD_SHIM_API int32_t sd_shim_error(sd_shim_session *session, char *text, int32_t capacity);

/*
 * Takes the oldest line that the engine has logged; what it tells for its own debugging holds prompts and is left out.
 * Returns its length, or -1 when there is none.
 */
SD_SHIM_API int32_t sd_shim_log(char *text, int32_t capacity);

/* Cancels, waits for the job to end, and frees model and session. */
SD_SHIM_API void sd_shim_close(sd_shim_session *session);

#ifdef __cplusplus
}
#endif

#endif
