/*
 * Keeps a load generator awake: epoll_wait(2) asks again instead of sleeping. On the loopback
 * interface whoever sends also wakes the receiver, which through a network card no server does.
 *
 *   LD_PRELOAD=awake.so wrk ...
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/epoll.h>
#include <time.h>

static long long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout) {
  static int (*ask)(int, struct epoll_event *, int, int);
  if (ask == NULL) {
    ask = (int (*)(int, struct epoll_event *, int, int)) dlsym(RTLD_NEXT, "epoll_wait");
  }
  long long end = timeout > 0 ? milliseconds() + timeout : 0;
  int ready;
  do {
    ready = ask(epoll, events, most, 0);
  } while (ready == 0 && (timeout < 0 || (timeout > 0 && milliseconds() < end)));
  return ready;
}
