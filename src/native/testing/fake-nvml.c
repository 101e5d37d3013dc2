/*
 * A library with NVML's ABI for tests: structures and return codes as in NVIDIA's published NVML reference.
 * What it plays is read at each call from the file `<this library>.control`, one "key value" a line, so that a test
 * can change it while the library is in use:
 *
 *   gpus N            how many GPUs (default 1)
 *   init CODE         what nvmlInit_v2 returns; fail CODE: what every later call returns (a lost driver)
 *   lost I            GPU I has fallen off the bus
 *   used I MIB, total I MIB, utilization I PERCENT, name I TEXT
 *   process I PID MIB a process that computes on GPU I; -1 MiB: the driver does not say how much it holds
 *   delay MS          each nvmlDeviceGetMemoryInfo takes that long
 *   driver TEXT, cuda NUMBER
 *
 * As the real one: nothing works before nvmlInit_v2 or after nvmlShutdown. Compiled with -DOLD_DRIVER it lacks what
 * old drivers lack.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, INSUFFICIENT_SIZE = 7, GPU_IS_LOST = 15 };

typedef struct { unsigned long long total, free, used; } memory_info;
typedef struct { unsigned int gpu, memory; } utilization_rates;
typedef struct { unsigned int pid; unsigned long long used; unsigned int gpu_instance, compute_instance; } process_info;

static int users = 0;

/* Calls `each` for every control line that begins with `key`; it gets the rest of the line. */
static void control(const char *key, void (*each)(const char *rest, void *data), void *data) {
  Dl_info self;
  char path[4096], line[512];
  if (!dladdr((void *)&control, &self)) return;
  snprintf(path, sizeof path, "%s.control", self.dli_fname);
  FILE *file = fopen(path, "r");
  if (!file) return;
  size_t length = strlen(key);
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, key, length) == 0 && line[length] == ' ') each(line + length + 1, data);
  }
  fclose(file);
}

static void take_number(const char *rest, void *data) { sscanf(rest, "%lld", (long long *)data); }

static long long number(const char *key, long long otherwise) {
  control(key, take_number, &otherwise);
  return otherwise;
}

typedef struct { long long gpu, value; } of_gpu;

static void take_of_gpu(const char *rest, void *data) {
  of_gpu *wanted = data;
  long long gpu, value;
  if (sscanf(rest, "%lld %lld", &gpu, &value) == 2 && gpu == wanted->gpu) wanted->value = value;
}

static long long number_of(const char *key, long long gpu, long long otherwise) {
  of_gpu wanted = { gpu, otherwise };
  control(key, take_of_gpu, &wanted);
  return wanted.value;
}

static void take_lost(const char *rest, void *data) {
  of_gpu *wanted = data;
  long long gpu;
  if (sscanf(rest, "%lld", &gpu) == 1 && gpu == wanted->gpu) wanted->value = 1;
}

static int state(void) { return users == 0 ? UNINITIALIZED : (int)number("fail", SUCCESS); }

/* A device is a pointer in NVML; here its number plus one. */
static int check(void *device, long long *gpu) {
  *gpu = (long long)(intptr_t)device - 1;
  if (state() != SUCCESS) return state();
  if (*gpu < 0 || *gpu >= number("gpus", 1)) return INVALID_ARGUMENT;
  of_gpu lost = { *gpu, 0 };
  control("lost", take_lost, &lost);
  return lost.value ? GPU_IS_LOST : SUCCESS;
}

int nvmlInit_v2(void) {
  int code = (int)number("init", SUCCESS);
  if (code == SUCCESS) users++;
  return code;
}

int nvmlShutdown(void) {
  if (users == 0) return UNINITIALIZED;
  users--;
  return SUCCESS;
}

const char *nvmlErrorString(int code) {
  switch (code) {
    case SUCCESS: return "The operation was successful";
    case UNINITIALIZED: return "Uninitialized";
    case 3: return "Not Supported";
    case 9: return "Driver Not Loaded";
    case GPU_IS_LOST: return "GPU is lost";
    case 18: return "Driver/library version mismatch";
    default: return "Unknown Error";
  }
}

int nvmlDeviceGetCount_v2(unsigned int *count) {
  if (state() != SUCCESS) return state();
  *count = (unsigned int)number("gpus", 1);
  return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) {
  long long gpu;
  int code = check((void *)(intptr_t)(index + 1), &gpu);
  if (code == SUCCESS) *device = (void *)(intptr_t)(index + 1);
  return code;
}

typedef struct { long long gpu; char text[96]; } name_of_gpu;

static void take_name(const char *rest, void *data) {
  name_of_gpu *wanted = data;
  long long gpu;
  int used = 0;
  if (sscanf(rest, "%lld %n", &gpu, &used) == 1 && gpu == wanted->gpu)
    snprintf(wanted->text, sizeof wanted->text, "%s", rest + used);
}

int nvmlDeviceGetName(void *device, char *name, unsigned int length) {
  name_of_gpu wanted;
  int code = check(device, &wanted.gpu);
  if (code != SUCCESS) return code;
  snprintf(wanted.text, sizeof wanted.text, "Test GPU %lld", wanted.gpu);
  control("name", take_name, &wanted);
  if (strlen(wanted.text) >= length) return INSUFFICIENT_SIZE;
  strcpy(name, wanted.text);
  return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(void *device, memory_info *memory) {
  long long gpu, delay = number("delay", 0);
  /* Not to be cut short by a signal: a driver that hangs is not either. */
  struct timespec left = { delay / 1000, delay % 1000 * 1000000 };
  while (delay > 0 && nanosleep(&left, &left) == -1 && errno == EINTR) {}
  int code = check(device, &gpu);
  if (code != SUCCESS) return code;
  memory->total = (unsigned long long)number_of("total", gpu, 8192) << 20;
  memory->used = (unsigned long long)number_of("used", gpu, 1024) << 20;
  memory->free = memory->total - memory->used;
  return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(void *device, utilization_rates *rates) {
  long long gpu;
  int code = check(device, &gpu);
  if (code != SUCCESS) return code;
  long long percent = number_of("utilization", gpu, 0);
  if (percent < 0) return 3; /* not supported */
  rates->gpu = (unsigned int)percent;
  rates->memory = 0;
  return SUCCESS;
}

static void take_text(const char *rest, void *data) { snprintf(data, 80, "%s", rest); }

int nvmlSystemGetDriverVersion(char *version, unsigned int length) {
  char text[80] = "570.86.15";
  if (state() != SUCCESS) return state();
  control("driver", take_text, text);
  if (strlen(text) >= length) return INSUFFICIENT_SIZE;
  strcpy(version, text);
  return SUCCESS;
}

#ifndef OLD_DRIVER
int nvmlSystemGetCudaDriverVersion_v2(int *version) {
  if (state() != SUCCESS) return state();
  *version = (int)number("cuda", 12080);
  return SUCCESS;
}

typedef struct { long long gpu; unsigned int room, count; process_info *out; } process_list;

static void take_process(const char *rest, void *data) {
  process_list *list = data;
  long long gpu, pid, mib;
  if (sscanf(rest, "%lld %lld %lld", &gpu, &pid, &mib) != 3 || gpu != list->gpu) return;
  if (list->count < list->room) {
    process_info *process = &list->out[list->count];
    process->pid = (unsigned int)pid;
    process->used = mib < 0 ? ~0ULL : (unsigned long long)mib << 20;
    process->gpu_instance = process->compute_instance = ~0U;
  }
  list->count++;
}

int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned int *count, process_info *out) {
  process_list list = { 0, *count, 0, out };
  int code = check(device, &list.gpu);
  if (code != SUCCESS) return code;
  control("process", take_process, &list);
  *count = list.count;
  return list.count > list.room ? INSUFFICIENT_SIZE : SUCCESS;
}
#endif
