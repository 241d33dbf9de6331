/*
 * The least a fan-out can cost: a bare loop that sends the same frame to every websocket, one
 * system call each. Nothing is subscribed, encoded or queued.
 *
 *   floor CLIENTS FRAME_BYTES
 *
 * Listens on a free port of all addresses, IPv6 and IPv4 as the server does, prints
 * "listening PORT", accepts CLIENTS websocket handshakes, prints "ready", then runs one round for
 * every line on standard input and prints for each "round CPU_NANOSECONDS SHORT_SENDS".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char RESPONSE[] =
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static long long cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int listen_on_free_port(void) {
  int listener = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int on = 1;
  int off = 0;
  struct sockaddr_in6 address = {.sin6_family = AF_INET6};
  socklen_t length = sizeof address;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(listener, (struct sockaddr *) &address, sizeof address) || listen(listener, 8192) ||
      getsockname(listener, (struct sockaddr *) &address, &length)) {
    fail("listen");
  }
  printf("listening %d\n", ntohs(address.sin6_port));
  fflush(stdout);
  return listener;
}

static void watch(int epoll, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)) {
    fail("epoll_ctl");
  }
}

static void accept_all(int epoll, int listener) {
  int on = 1;
  int socket;
  while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(epoll, socket);
  }
}

/* Answers handshakes until all clients are there. */
static void open_all(int *sockets, int clients) {
  int listener = listen_on_free_port();
  int epoll = epoll_create1(0);
  int open = 0;
  char request[4096];
  struct epoll_event events[256];
  watch(epoll, listener);
  while (open < clients) {
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      int socket = events[i].data.fd;
      if (socket == listener) {
        accept_all(epoll, listener);
      } else if (open < clients && read(socket, request, sizeof request) > 0) {
        if (send(socket, RESPONSE, sizeof RESPONSE - 1, MSG_NOSIGNAL) < 0) {
          fail("send");
        }
        epoll_ctl(epoll, EPOLL_CTL_DEL, socket, NULL);
        sockets[open++] = socket;
      }
    }
  }
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "floor CLIENTS FRAME_BYTES\n");
    return 2;
  }
  int clients = atoi(arguments[1]);
  int bytes = atoi(arguments[2]);
  int *sockets = calloc(clients, sizeof *sockets);
  char *frame = malloc(bytes);
  char line[64];
  memset(frame, 'x', bytes);
  frame[0] = (char) 0x81;
  frame[1] = 126;
  frame[2] = (char) ((bytes - 4) >> 8);
  frame[3] = (char) (bytes - 4);
  open_all(sockets, clients);
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    long long start = cpu_ns();
    int refused = 0;
    for (int i = 0; i < clients; i++) {
      if (send(sockets[i], frame, bytes, MSG_NOSIGNAL) != bytes) {
        refused++;
      }
    }
    printf("round %lld %d\n", cpu_ns() - start, refused);
    fflush(stdout);
  }
  return 0;
}
