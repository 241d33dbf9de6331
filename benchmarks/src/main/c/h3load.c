/*
 * Load over HTTP/3: connections that keep a number of requests open until all are answered. One
 * thread; ngtcp2 does QUIC. Debian's own client takes one datagram per system call, so that a
 * server on the same machine pays for cutting its bursts (UDP_SEGMENT) and for waking the client
 * once per packet. This one takes a burst as it was sent (UDP_GRO), as the far end of a network
 * cable costs the server nothing either.
 *
 *   h3load PORT CONNECTIONS STREAMS REQUESTS PACKETS-PER-ACK BURSTS PATH...
 *
 * REQUESTS are of all connections together and go through the paths in turn. PACKETS-PER-ACK: so
 * many packets that have come at once are acknowledged together, 10 of them by Chromium. BURSTS: 1
 * for UDP_GRO, 0 without. Answers must be 200 with a body; says "requests N seconds S bytes B
 * received D reads R sent T".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <netinet/udp.h>
#include <nghttp3/nghttp3.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_CONNECTIONS = 256,
  MAX_STREAMS = 1024,
  MAX_PACKET_BYTES = 1452,
  READ_BYTES = 65536,
  SOCKET_BUFFER_BYTES = 1 << 20, /* what Chromium asks for */
  FRAME_HEADER_BYTES = 3,
  MAX_SECTION_BYTES = 0x3fff, /* a length of two bytes */
  FRAME_DATA = 0,
  FRAME_HEADERS = 1,
  QPACK_STATUS_200 = 0xc0 | 25 /* RFC 9204, appendix A */
};

/* A HEADERS frame. */
typedef struct {
  uint8_t *bytes;
  size_t length;
} request;

/* One request and what has come of its answer. */
typedef struct {
  int64_t id; /* -1: free */
  const request *request;
  size_t sent;
  uint64_t number; /* variable-length integer at hand (RFC 9000, 16) */
  int number_left;
  int64_t type; /* of the frame at hand, or -1 */
  uint64_t left; /* of its payload */
  uint64_t section_at;
  uint64_t body;
  int ok;
} stream;

typedef struct {
  int fd;
  ngtcp2_conn *quic;
  ngtcp2_crypto_conn_ref reference;
  gnutls_session_t tls;
  ngtcp2_path_storage path;
  int64_t control;
  int control_sent;
  int open;
  stream streams[MAX_STREAMS];
} connection;

static int max_open, packets_per_ack, bursts, request_count;
static request *requests;
static long wanted, started, finished, received_bytes, datagrams, reads, sends;

static void fail(const char *what) {
  fprintf(stderr, "h3load: %s\n", what);
  exit(1);
}

static void check(int result, const char *what) {
  if (result < 0) {
    fprintf(stderr, "h3load: %s: %s\n", what, ngtcp2_strerror(result));
    exit(1);
  }
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * NGTCP2_SECONDS + (uint64_t)t.tv_nsec;
}

/* Requests. */

static nghttp3_nv field(const char *name, const char *value) {
  return (nghttp3_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value), 0};
}

/* The HEADERS frame of a path, compressed as browsers do: Huffman's code, the static table. */
static request make_request(const char *path, const char *authority) {
  nghttp3_qpack_encoder *qpack;
  nghttp3_buf prefix, section, instructions;
  nghttp3_nv fields[] = {field(":method", "GET"), field(":scheme", "https"),
                         field(":authority", authority), field(":path", path),
                         field("user-agent", "h3load")};
  nghttp3_buf_init(&prefix);
  nghttp3_buf_init(&section);
  nghttp3_buf_init(&instructions);
  if (nghttp3_qpack_encoder_new(&qpack, 0, nghttp3_mem_default()) != 0 ||
      nghttp3_qpack_encoder_encode(qpack, &prefix, &section, &instructions, 0, fields,
                                   sizeof fields / sizeof fields[0]) != 0) {
    fail("QPACK");
  }
  size_t first = (size_t)(prefix.last - prefix.pos), rest = (size_t)(section.last - section.pos);
  request made = {malloc(FRAME_HEADER_BYTES + first + rest), FRAME_HEADER_BYTES + first + rest};
  if (made.bytes == NULL || first + rest > MAX_SECTION_BYTES) {
    fail("a path is too long");
  }
  made.bytes[0] = FRAME_HEADERS;
  made.bytes[1] = (uint8_t)(0x40 | (first + rest) >> 8);
  made.bytes[2] = (uint8_t)(first + rest);
  memcpy(made.bytes + FRAME_HEADER_BYTES, prefix.pos, first);
  memcpy(made.bytes + FRAME_HEADER_BYTES + first, section.pos, rest);
  return made;
}

static void open_requests(connection *c) {
  for (int i = 0; i < max_open && c->open < max_open && started < wanted; i++) {
    stream *s = &c->streams[i];
    if (s->id >= 0) {
      continue;
    }
    int result = ngtcp2_conn_open_bidi_stream(c->quic, &s->id, s);
    if (result == NGTCP2_ERR_STREAM_ID_BLOCKED) {
      s->id = -1;
      return;
    }
    check(result, "stream");
    s->request = &requests[started++ % request_count];
    s->sent = 0;
    s->type = s->number_left = -1;
    s->left = s->body = 0;
    s->ok = 0;
    c->open++;
  }
}

/* Answers. */

/* Takes bytes of a number; whether it is complete. */
static int number(stream *s, const uint8_t **at, const uint8_t *end) {
  if (s->number_left < 0 && *at < end) {
    s->number_left = (1 << (**at >> 6)) - 1;
    s->number = *(*at)++ & 0x3f;
  }
  for (; s->number_left > 0 && *at < end; s->number_left--) {
    s->number = s->number << 8 | *(*at)++;
  }
  if (s->number_left != 0) {
    return 0;
  }
  s->number_left = -1;
  return 1;
}

static void answer(stream *s, const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    if (s->left > 0) {
      size_t length = (size_t)(end - at) < s->left ? (size_t)(end - at) : s->left;
      /* Behind the two bytes of the section's prefix there is the status. */
      if (s->type == FRAME_HEADERS && s->section_at <= 2 && s->section_at + length > 2) {
        s->ok |= at[2 - s->section_at] == QPACK_STATUS_200; /* trailers have none */
      }
      s->section_at += length;
      s->body += s->type == FRAME_DATA ? length : 0;
      s->left -= length;
      at += length;
      s->type = s->left > 0 ? s->type : -1;
    } else if (number(s, &at, end)) {
      if (s->type < 0) {
        s->type = (int64_t)s->number;
      } else {
        s->left = s->number;
        s->section_at = 0;
        s->type = s->left > 0 ? s->type : -1;
      }
    }
  }
}

static int on_data(ngtcp2_conn *quic, uint32_t flags, int64_t id, uint64_t offset,
                   const uint8_t *data, size_t length, void *user, void *user_stream) {
  (void)flags, (void)offset, (void)user;
  if (user_stream != NULL) { /* not of the server's control streams */
    answer(user_stream, data, data + length);
    ngtcp2_conn_extend_max_stream_offset(quic, id, length);
  }
  ngtcp2_conn_extend_max_offset(quic, length);
  return 0;
}

static int on_close(ngtcp2_conn *quic, uint32_t flags, int64_t id, uint64_t code, void *user,
                    void *user_stream) {
  (void)quic, (void)flags;
  stream *s = user_stream;
  if (s != NULL) {
    if (!s->ok || s->body == 0) {
      fprintf(stderr, "h3load: stream %ld: 200 %d, body %lu, error %lu\n", (long)id, s->ok,
              (unsigned long)s->body, (unsigned long)code);
      fail("an answer is not 200 with a body");
    }
    received_bytes += (long)s->body;
    s->id = -1;
    ((connection *)user)->open--;
    finished++;
  }
  return 0;
}

/* Connections. */

static void on_random(uint8_t *to, size_t length, const ngtcp2_rand_ctx *context) {
  (void)context;
  gnutls_rnd(GNUTLS_RND_NONCE, to, length);
}

static int on_new_id(ngtcp2_conn *quic, ngtcp2_cid *id, uint8_t *token, size_t length, void *user) {
  (void)quic, (void)user;
  gnutls_rnd(GNUTLS_RND_NONCE, id->data, length);
  id->datalen = length;
  gnutls_rnd(GNUTLS_RND_NONCE, token, NGTCP2_STATELESS_RESET_TOKENLEN);
  return 0;
}

static ngtcp2_conn *quic_of(ngtcp2_crypto_conn_ref *reference) {
  return ((connection *)reference->user_data)->quic;
}

static void tls(connection *c) {
  static gnutls_certificate_credentials_t credentials;
  gnutls_datum_t alpn = {(uint8_t *)"h3", 2};
  if (credentials == NULL && gnutls_certificate_allocate_credentials(&credentials) != 0) {
    fail("credentials");
  }
  c->reference = (ngtcp2_crypto_conn_ref){quic_of, c};
  if (gnutls_init(&c->tls, GNUTLS_CLIENT) != 0 ||
      gnutls_priority_set_direct(c->tls,
                                 "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:"
                                 "%DISABLE_TLS13_COMPAT_MODE",
                                 NULL) != 0 ||
      ngtcp2_crypto_gnutls_configure_client_session(c->tls) != 0 ||
      gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, credentials) != 0 ||
      gnutls_alpn_set_protocols(c->tls, &alpn, 1, GNUTLS_ALPN_MANDATORY) != 0 ||
      gnutls_server_name_set(c->tls, GNUTLS_NAME_DNS, "localhost", 9) != 0) {
    fail("TLS");
  }
  gnutls_session_set_ptr(c->tls, &c->reference);
}

static void udp(connection *c, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct sockaddr_in from;
  socklen_t length = sizeof from;
  int buffer = SOCKET_BUFFER_BYTES;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  c->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
      getsockname(c->fd, (struct sockaddr *)&from, &length) != 0 ||
      setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0 ||
      setsockopt(c->fd, SOL_UDP, UDP_GRO, &bursts, sizeof bursts) != 0) {
    fail(strerror(errno));
  }
  ngtcp2_path_storage_init(&c->path, (ngtcp2_sockaddr *)&from, sizeof from, (ngtcp2_sockaddr *)&to,
                           sizeof to, NULL);
}

static connection *connection_to(int port) {
  static const ngtcp2_callbacks callbacks = {
      .client_initial = ngtcp2_crypto_client_initial_cb,
      .recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb,
      .encrypt = ngtcp2_crypto_encrypt_cb,
      .decrypt = ngtcp2_crypto_decrypt_cb,
      .hp_mask = ngtcp2_crypto_hp_mask_cb,
      .recv_retry = ngtcp2_crypto_recv_retry_cb,
      .update_key = ngtcp2_crypto_update_key_cb,
      .delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,
      .delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,
      .get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb,
      .version_negotiation = ngtcp2_crypto_version_negotiation_cb,
      .rand = on_random,
      .get_new_connection_id = on_new_id,
      .recv_stream_data = on_data,
      .stream_close = on_close,
  };
  connection *c = calloc(1, sizeof *c);
  ngtcp2_settings settings;
  ngtcp2_transport_params params;
  ngtcp2_cid theirs = {.datalen = 16}, ours = {.datalen = 8};
  if (c == NULL) {
    fail("memory");
  }
  for (int i = 0; i < MAX_STREAMS; i++) {
    c->streams[i].id = -1;
  }
  c->control = -1;
  udp(c, port);
  tls(c);
  gnutls_rnd(GNUTLS_RND_NONCE, theirs.data, theirs.datalen);
  gnutls_rnd(GNUTLS_RND_NONCE, ours.data, ours.datalen);
  ngtcp2_settings_default(&settings);
  settings.initial_ts = now();
  ngtcp2_transport_params_default(&params);
  params.initial_max_data = 15 << 20; /* Chromium's */
  params.initial_max_stream_data_bidi_local = 6 << 20;
  params.initial_max_stream_data_uni = 1 << 16;
  params.initial_max_streams_uni = 16;
  params.max_idle_timeout = 30 * NGTCP2_SECONDS;
  check(ngtcp2_conn_client_new(&c->quic, &theirs, &ours, &c->path.path, NGTCP2_PROTO_VER_V1,
                               &callbacks, &settings, &params, NULL, c),
        "connection");
  ngtcp2_conn_set_tls_native_handle(c->quic, c->tls);
  return c;
}

/* Packets. */

/* What is to be sent next: the control stream with empty SETTINGS, then requests; NULL if none. */
static const uint8_t *pending(connection *c, int64_t *id, size_t *length, stream **of) {
  static const uint8_t settings[] = {0, 4, 0};
  *of = NULL;
  if (c->control >= 0 && c->control_sent < (int)sizeof settings) {
    *id = c->control;
    *length = sizeof settings - (size_t)c->control_sent;
    return settings + c->control_sent;
  }
  for (int i = 0; i < max_open; i++) {
    stream *s = &c->streams[i];
    if (s->id >= 0 && s->sent < s->request->length) {
      *id = s->id;
      *length = s->request->length - s->sent;
      *of = s;
      return s->request->bytes + s->sent;
    }
  }
  *id = -1;
  *length = 0;
  return NULL;
}

static void write_packets(connection *c) {
  uint8_t packet[MAX_PACKET_BYTES];
  if (ngtcp2_conn_get_handshake_completed(c->quic)) {
    if (c->control < 0) {
      check(ngtcp2_conn_open_uni_stream(c->quic, &c->control, NULL), "control stream");
    }
    open_requests(c);
  }
  for (;;) {
    int64_t id;
    stream *of;
    ngtcp2_ssize taken = -1;
    ngtcp2_vec data;
    ngtcp2_pkt_info info;
    data.base = (uint8_t *)pending(c, &id, &data.len, &of);
    uint32_t flags = id < 0 ? 0 : NGTCP2_WRITE_STREAM_FLAG_MORE;
    flags |= of != NULL ? NGTCP2_WRITE_STREAM_FLAG_FIN : 0;
    ngtcp2_ssize length = ngtcp2_conn_writev_stream(c->quic, NULL, &info, packet, sizeof packet,
                                                    &taken, flags, id, &data, id < 0 ? 0 : 1, now());
    if (taken > 0 && of != NULL) {
      of->sent += (size_t)taken;
    } else if (taken > 0) {
      c->control_sent += (int)taken;
    }
    if (length == NGTCP2_ERR_WRITE_MORE) {
      continue;
    }
    check((int)length, "write");
    if (length == 0) {
      return;
    }
    sends++;
    if (send(c->fd, packet, (size_t)length, 0) < 0 && errno != EAGAIN && errno != ENOBUFS) {
      fail(strerror(errno));
    }
  }
}

static void read_packets(connection *c) {
  static uint8_t buffer[READ_BYTES];
  int behind = 0; /* packets since we last wrote */
  for (;;) {
    struct iovec part = {buffer, sizeof buffer};
    char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(c->fd, &message, 0);
    if (length < 0 && (errno == EAGAIN || errno == ECONNREFUSED)) {
      break;
    } else if (length < 0) {
      fail(strerror(errno));
    }
    reads++;
    size_t size = (size_t)length;
    for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h != NULL; h = CMSG_NXTHDR(&message, h)) {
      if (h->cmsg_level == SOL_UDP && h->cmsg_type == UDP_GRO) {
        size = (size_t) * (int *)CMSG_DATA(h);
      }
    }
    for (size_t at = 0; at < (size_t)length; at += size) {
      size_t left = (size_t)length - at;
      ngtcp2_pkt_info info = {0};
      check(ngtcp2_conn_read_pkt(c->quic, &c->path.path, &info, buffer + at,
                                 left < size ? left : size, now()),
            "read");
      datagrams++;
      if (++behind >= packets_per_ack) {
        behind = 0;
        write_packets(c);
      }
    }
  }
  write_packets(c);
}

/* Takes packets and timers of any connection, and never sleeps: see awake.c. */
static void turn(connection **all, int count) {
  static struct pollfd polled[MAX_CONNECTIONS];
  for (int i = 0; i < count; i++) {
    polled[i] = (struct pollfd){all[i]->fd, POLLIN, 0};
  }
  if (poll(polled, (nfds_t)count, 0) < 0 && errno != EINTR) {
    fail(strerror(errno));
  }
  for (int i = 0; i < count; i++) {
    if (polled[i].revents != 0) {
      read_packets(all[i]);
    } else if (ngtcp2_conn_get_expiry(all[i]->quic) <= now()) {
      check(ngtcp2_conn_handle_expiry(all[i]->quic, now()), "timer");
      write_packets(all[i]);
    }
  }
}

static void end(connection *c) {
  uint8_t packet[MAX_PACKET_BYTES];
  ngtcp2_connection_close_error error;
  ngtcp2_connection_close_error_default(&error);
  ngtcp2_connection_close_error_set_application_error(&error, 0x100, NULL, 0); /* H3_NO_ERROR */
  ngtcp2_ssize length = ngtcp2_conn_write_connection_close(c->quic, NULL, NULL, packet,
                                                           sizeof packet, &error, now());
  if (length > 0 && send(c->fd, packet, (size_t)length, 0) < 0) {
    fail(strerror(errno));
  }
}

int main(int count, char **words) {
  static connection *all[MAX_CONNECTIONS];
  if (count < 8) {
    fail("PORT CONNECTIONS STREAMS REQUESTS PACKETS-PER-ACK BURSTS PATH...");
  }
  int port = atoi(words[1]), connections = atoi(words[2]);
  max_open = atoi(words[3]);
  wanted = atol(words[4]);
  packets_per_ack = atoi(words[5]);
  bursts = atoi(words[6]);
  if (connections < 1 || connections > MAX_CONNECTIONS || max_open < 1 || max_open > MAX_STREAMS) {
    fail("too many connections or streams");
  }
  char authority[32];
  snprintf(authority, sizeof authority, "localhost:%d", port);
  request_count = count - 7;
  requests = calloc((size_t)request_count, sizeof *requests);
  for (int i = 0; i < request_count && requests != NULL; i++) {
    requests[i] = make_request(words[7 + i], authority);
  }
  uint64_t start = now();
  for (int i = 0; i < connections; i++) {
    all[i] = connection_to(port);
    write_packets(all[i]);
  }
  while (finished < wanted) {
    turn(all, connections);
  }
  double seconds = (double)(now() - start) / NGTCP2_SECONDS;
  for (int i = 0; i < connections; i++) {
    end(all[i]);
  }
  printf("requests %ld seconds %.6f bytes %ld received %ld reads %ld sent %ld\n", finished, seconds,
         received_bytes, datagrams, reads, sends);
  return 0;
}
