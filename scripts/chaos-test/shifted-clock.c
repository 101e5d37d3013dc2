// Loaded before the C library, this moves the time of day of one process by as many seconds as the file that
// SHIFTED_CLOCK names holds (8 bytes, little endian); whoever writes to that file sets the clock of a running process.
// Like a real clock that is set, it leaves the clocks alone that only ever go forward.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// Times of day are later than this, in seconds; the other clocks count from the start of the machine.
#define EARLIEST_DATE 1000000000

static volatile const int64_t *shift;
static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_timeofday)(struct timeval *, void *);
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

__attribute__((constructor)) static void begin(void) {
  real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  real_timeofday = dlsym(RTLD_NEXT, "gettimeofday");
  // x86-64 has an older one by this name that knows another kind of condition.
  real_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  if (!real_timedwait) real_timedwait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  const char *path = getenv("SHIFTED_CLOCK");
  int file = path ? open(path, O_RDONLY) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) shift = mapped;
  close(file);
}

static int64_t seconds(void) { return shift ? *shift : 0; }

int clock_gettime(clockid_t id, struct timespec *time) {
  int result = real_gettime(id, time);
  if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) time->tv_sec += seconds();
  return result;
}

int gettimeofday(struct timeval *time, void *zone) {
  int result = real_timeofday(time, zone);
  if (result == 0) time->tv_sec += seconds();
  return result;
}

time_t time(time_t *kept) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (kept) *kept = now.tv_sec;
  return now.tv_sec;
}

// The kernel waits by its own time of day, so an end that was computed from the shifted one has to be shifted back.
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *end) {
  struct timespec real_end = *end;
  if (end->tv_sec > EARLIEST_DATE) real_end.tv_sec -= seconds();
  return real_timedwait(condition, mutex, &real_end);
}
