package app.seventv.core.http;

/**
 * Every bound of the HTTP layer, with its unit.
 *
 * @param maxRequestLineBytes request line; longer: 414
 * @param maxHeaderBytes all header fields of a request; more: 431
 * @param maxPipelinedRequests HTTP/1.1 requests read ahead of the one being answered
 * @param maxConcurrentStreams exchanges at once on an HTTP/2 or HTTP/3 connection
 * @param idleTimeoutMs connection without an exchange, and time to complete a request head
 * @param bodyTimeoutMs whole request body, from head to last byte
 * @param handshakeTimeoutMs TLS or QUIC handshake
 * @param writeLowWatermarkBytes below this a stream is writable again
 * @param writeHighWatermarkBytes above this a stream stops being writable
 */
public record HttpLimits(
    int maxRequestLineBytes,
    int maxHeaderBytes,
    int maxPipelinedRequests,
    int maxConcurrentStreams,
    long idleTimeoutMs,
    long bodyTimeoutMs,
    long handshakeTimeoutMs,
    int writeLowWatermarkBytes,
    int writeHighWatermarkBytes) {

  /** Bounds that suit a public server. */
  public static final HttpLimits DEFAULT =
      new HttpLimits(8 << 10, 16 << 10, 16, 200, 30_000, 60_000, 5_000, 32 << 10, 64 << 10);

  /** Fails on a bound that makes no sense, naming it. */
  public HttpLimits {
    require(maxRequestLineBytes > 0, "maxRequestLineBytes", maxRequestLineBytes);
    require(maxHeaderBytes > 0, "maxHeaderBytes", maxHeaderBytes);
    require(maxPipelinedRequests >= 0, "maxPipelinedRequests", maxPipelinedRequests);
    require(maxConcurrentStreams > 0, "maxConcurrentStreams", maxConcurrentStreams);
    require(idleTimeoutMs > 0, "idleTimeoutMs", idleTimeoutMs);
    require(bodyTimeoutMs > 0, "bodyTimeoutMs", bodyTimeoutMs);
    require(handshakeTimeoutMs > 0, "handshakeTimeoutMs", handshakeTimeoutMs);
    require(writeLowWatermarkBytes > 0, "writeLowWatermarkBytes", writeLowWatermarkBytes);
    require(
        writeHighWatermarkBytes > writeLowWatermarkBytes,
        "writeHighWatermarkBytes",
        writeHighWatermarkBytes);
  }

  /** The same bounds with another idle timeout. */
  public HttpLimits withIdleTimeoutMs(long idleMs) {
    return new HttpLimits(
        maxRequestLineBytes,
        maxHeaderBytes,
        maxPipelinedRequests,
        maxConcurrentStreams,
        idleMs,
        bodyTimeoutMs,
        handshakeTimeoutMs,
        writeLowWatermarkBytes,
        writeHighWatermarkBytes);
  }

  private static void require(boolean condition, String name, long value) {
    if (!condition) {
      throw new IllegalArgumentException("limit " + name + " is out of range: " + value);
    }
  }
}
