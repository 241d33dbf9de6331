package app.seventv.core.http;

/**
 * Every bound of the HTTP layer, with its unit. Bytes and counts are per connection unless the name
 * says otherwise; zero turns off what its doc says can be turned off.
 */
public final class HttpLimits {
  /** Bounds that suit a public server. */
  public static final HttpLimits DEFAULT = builder().build();

  private final int maxConnections;
  private final int maxConcurrentHandshakes;
  private final int maxRequestLineBytes;
  private final int maxHeaderBytes;
  private final int maxHeaderListBytes;
  private final int maxHeaderFields;
  private final int maxPipelinedRequests;
  private final int maxRequestsPerConnection;
  private final int maxConcurrentStreams;
  private final int maxStreamResets;
  private final int maxControlFrames;
  private final int maxQueuedControlFrames;
  private final int maxUnvalidatedHandshakes;
  private final long floodWindowMs;
  private final long handshakeTimeoutMs;
  private final long headerTimeoutMs;
  private final long idleTimeoutMs;
  private final long bodyTimeoutMs;
  private final int minBodyBytesPerSecond;
  private final int minWriteBytesPerSecond;
  private final int writeLowWatermarkBytes;
  private final int writeHighWatermarkBytes;

  private HttpLimits(Builder from) {
    maxConnections = notNegative(from.maxConnections, "maxConnections");
    maxConcurrentHandshakes = positive(from.maxConcurrentHandshakes, "maxConcurrentHandshakes");
    maxRequestLineBytes = positive(from.maxRequestLineBytes, "maxRequestLineBytes");
    maxHeaderBytes = positive(from.maxHeaderBytes, "maxHeaderBytes");
    maxHeaderListBytes = positive(from.maxHeaderListBytes, "maxHeaderListBytes");
    maxHeaderFields = positive(from.maxHeaderFields, "maxHeaderFields");
    maxPipelinedRequests = notNegative(from.maxPipelinedRequests, "maxPipelinedRequests");
    maxRequestsPerConnection =
        notNegative(from.maxRequestsPerConnection, "maxRequestsPerConnection");
    maxConcurrentStreams = positive(from.maxConcurrentStreams, "maxConcurrentStreams");
    maxStreamResets = positive(from.maxStreamResets, "maxStreamResets");
    maxControlFrames = positive(from.maxControlFrames, "maxControlFrames");
    maxQueuedControlFrames = positive(from.maxQueuedControlFrames, "maxQueuedControlFrames");
    maxUnvalidatedHandshakes =
        notNegative(from.maxUnvalidatedHandshakes, "maxUnvalidatedHandshakes");
    floodWindowMs = positive(from.floodWindowMs, "floodWindowMs");
    handshakeTimeoutMs = positive(from.handshakeTimeoutMs, "handshakeTimeoutMs");
    headerTimeoutMs = positive(from.headerTimeoutMs, "headerTimeoutMs");
    idleTimeoutMs = positive(from.idleTimeoutMs, "idleTimeoutMs");
    bodyTimeoutMs = positive(from.bodyTimeoutMs, "bodyTimeoutMs");
    minBodyBytesPerSecond = notNegative(from.minBodyBytesPerSecond, "minBodyBytesPerSecond");
    minWriteBytesPerSecond = notNegative(from.minWriteBytesPerSecond, "minWriteBytesPerSecond");
    writeLowWatermarkBytes = positive(from.writeLowWatermarkBytes, "writeLowWatermarkBytes");
    writeHighWatermarkBytes = positive(from.writeHighWatermarkBytes, "writeHighWatermarkBytes");
    if (writeHighWatermarkBytes <= writeLowWatermarkBytes) {
      throw outOfRange("writeHighWatermarkBytes", writeHighWatermarkBytes);
    }
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** These bounds, to be changed. */
  public Builder toBuilder() {
    Builder copy = new Builder();
    copy.maxConnections = maxConnections;
    copy.maxConcurrentHandshakes = maxConcurrentHandshakes;
    copy.maxRequestLineBytes = maxRequestLineBytes;
    copy.maxHeaderBytes = maxHeaderBytes;
    copy.maxHeaderListBytes = maxHeaderListBytes;
    copy.maxHeaderFields = maxHeaderFields;
    copy.maxPipelinedRequests = maxPipelinedRequests;
    copy.maxRequestsPerConnection = maxRequestsPerConnection;
    copy.maxConcurrentStreams = maxConcurrentStreams;
    copy.maxStreamResets = maxStreamResets;
    copy.maxControlFrames = maxControlFrames;
    copy.maxQueuedControlFrames = maxQueuedControlFrames;
    copy.maxUnvalidatedHandshakes = maxUnvalidatedHandshakes;
    copy.floodWindowMs = floodWindowMs;
    copy.handshakeTimeoutMs = handshakeTimeoutMs;
    copy.headerTimeoutMs = headerTimeoutMs;
    copy.idleTimeoutMs = idleTimeoutMs;
    copy.bodyTimeoutMs = bodyTimeoutMs;
    copy.minBodyBytesPerSecond = minBodyBytesPerSecond;
    copy.minWriteBytesPerSecond = minWriteBytesPerSecond;
    copy.writeLowWatermarkBytes = writeLowWatermarkBytes;
    copy.writeHighWatermarkBytes = writeHighWatermarkBytes;
    return copy;
  }

  /** Open connections of the whole server; more are closed at accept. 0: no bound. */
  public int maxConnections() {
    return maxConnections;
  }

  /** TLS handshakes over TCP under way at once on the whole server; more are closed at once. */
  public int maxConcurrentHandshakes() {
    return maxConcurrentHandshakes;
  }

  /** Request line of HTTP/1.1; longer: 414. */
  public int maxRequestLineBytes() {
    return maxRequestLineBytes;
  }

  /** All header fields of a request of HTTP/1.1; more: 431. */
  public int maxHeaderBytes() {
    return maxHeaderBytes;
  }

  /** Path and all header fields of a request of HTTP/2 and 3, decoded; more: 431. */
  public int maxHeaderListBytes() {
    return maxHeaderListBytes;
  }

  /** Header fields of a request; more: 431. */
  public int maxHeaderFields() {
    return maxHeaderFields;
  }

  /**
   * Pipelined HTTP/1.1 requests answered in one turn of the loop; the bytes of further ones wait
   * unread until other connections have had theirs.
   */
  public int maxPipelinedRequests() {
    return maxPipelinedRequests;
  }

  /** Requests after which a connection is asked to close. 0: no bound. */
  public int maxRequestsPerConnection() {
    return maxRequestsPerConnection;
  }

  /** Exchanges at once on an HTTP/2 or HTTP/3 connection. */
  public int maxConcurrentStreams() {
    return maxConcurrentStreams;
  }

  /** Streams reset by either side within {@link #floodWindowMs}; more: ENHANCE_YOUR_CALM. */
  public int maxStreamResets() {
    return maxStreamResets;
  }

  /**
   * Frames without progress (ping, settings, priority, empty data, window updates of idle streams)
   * within {@link #floodWindowMs}; more: ENHANCE_YOUR_CALM.
   */
  public int maxControlFrames() {
    return maxControlFrames;
  }

  /** Acknowledgements waiting for a client that does not read; more: the connection ends. */
  public int maxQueuedControlFrames() {
    return maxQueuedControlFrames;
  }

  /**
   * QUIC handshakes in progress on the whole server above which a client must prove its address
   * with a Retry token first, at the price of a round trip. 0: always.
   */
  public int maxUnvalidatedHandshakes() {
    return maxUnvalidatedHandshakes;
  }

  /** Window in which resets and control frames are counted. */
  public long floodWindowMs() {
    return floodWindowMs;
  }

  /** TLS or QUIC handshake. */
  public long handshakeTimeoutMs() {
    return handshakeTimeoutMs;
  }

  /** From the first byte of a request head to its last. */
  public long headerTimeoutMs() {
    return headerTimeoutMs;
  }

  /** Connection without an exchange. */
  public long idleTimeoutMs() {
    return idleTimeoutMs;
  }

  /** Longest pause within a request body. */
  public long bodyTimeoutMs() {
    return bodyTimeoutMs;
  }

  /** Average rate that a request body must keep after its first seconds. 0: any rate. */
  public int minBodyBytesPerSecond() {
    return minBodyBytesPerSecond;
  }

  /** Average rate at which a client must take a response. 0: any progress counts. */
  public int minWriteBytesPerSecond() {
    return minWriteBytesPerSecond;
  }

  /** Below this a stream is writable again. */
  public int writeLowWatermarkBytes() {
    return writeLowWatermarkBytes;
  }

  /** Above this a stream stops being writable. */
  public int writeHighWatermarkBytes() {
    return writeHighWatermarkBytes;
  }

  private static int positive(int value, String name) {
    return (int) positive((long) value, name);
  }

  private static long positive(long value, String name) {
    if (value <= 0) {
      throw outOfRange(name, value);
    }
    return value;
  }

  private static int notNegative(int value, String name) {
    if (value < 0) {
      throw outOfRange(name, value);
    }
    return value;
  }

  private static IllegalArgumentException outOfRange(String name, long value) {
    return new IllegalArgumentException("limit " + name + " is out of range: " + value);
  }

  /** Changes bounds; each method is named after the bound. */
  public static final class Builder {
    private int maxConnections;
    private int maxConcurrentHandshakes = 8_192;
    private int maxRequestLineBytes = 8 << 10;
    private int maxHeaderBytes = 16 << 10;
    private int maxHeaderListBytes = 16 << 10;
    private int maxHeaderFields = 128;
    private int maxPipelinedRequests = 16;
    private int maxRequestsPerConnection;
    private int maxConcurrentStreams = 200;
    private int maxStreamResets = 200;
    private int maxControlFrames = 1_000;
    private int maxQueuedControlFrames = 1_000;
    private int maxUnvalidatedHandshakes = 256;
    private long floodWindowMs = 30_000;
    private long handshakeTimeoutMs = 5_000;
    private long headerTimeoutMs = 10_000;
    private long idleTimeoutMs = 30_000;
    private long bodyTimeoutMs = 60_000;
    private int minBodyBytesPerSecond = 256;
    private int minWriteBytesPerSecond = 256;
    private int writeLowWatermarkBytes = 32 << 10;
    private int writeHighWatermarkBytes = 64 << 10;

    private Builder() {}

    /** Sets {@link HttpLimits#maxConnections}. */
    public Builder maxConnections(int value) {
      this.maxConnections = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxConcurrentHandshakes}. */
    public Builder maxConcurrentHandshakes(int value) {
      this.maxConcurrentHandshakes = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxRequestLineBytes}. */
    public Builder maxRequestLineBytes(int value) {
      this.maxRequestLineBytes = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxHeaderListBytes}. */
    public Builder maxHeaderListBytes(int value) {
      this.maxHeaderListBytes = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxHeaderBytes}. */
    public Builder maxHeaderBytes(int value) {
      this.maxHeaderBytes = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxHeaderFields}. */
    public Builder maxHeaderFields(int value) {
      this.maxHeaderFields = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxPipelinedRequests}. */
    public Builder maxPipelinedRequests(int value) {
      this.maxPipelinedRequests = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxRequestsPerConnection}. */
    public Builder maxRequestsPerConnection(int value) {
      this.maxRequestsPerConnection = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxConcurrentStreams}. */
    public Builder maxConcurrentStreams(int value) {
      this.maxConcurrentStreams = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxStreamResets}. */
    public Builder maxStreamResets(int value) {
      this.maxStreamResets = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxControlFrames}. */
    public Builder maxControlFrames(int value) {
      this.maxControlFrames = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxQueuedControlFrames}. */
    public Builder maxQueuedControlFrames(int value) {
      this.maxQueuedControlFrames = value;
      return this;
    }

    /** Sets {@link HttpLimits#maxUnvalidatedHandshakes}. */
    public Builder maxUnvalidatedHandshakes(int value) {
      this.maxUnvalidatedHandshakes = value;
      return this;
    }

    /** Sets {@link HttpLimits#floodWindowMs}. */
    public Builder floodWindowMs(long value) {
      this.floodWindowMs = value;
      return this;
    }

    /** Sets {@link HttpLimits#handshakeTimeoutMs}. */
    public Builder handshakeTimeoutMs(long value) {
      this.handshakeTimeoutMs = value;
      return this;
    }

    /** Sets {@link HttpLimits#headerTimeoutMs}. */
    public Builder headerTimeoutMs(long value) {
      this.headerTimeoutMs = value;
      return this;
    }

    /** Sets {@link HttpLimits#idleTimeoutMs}. */
    public Builder idleTimeoutMs(long value) {
      this.idleTimeoutMs = value;
      return this;
    }

    /** Sets {@link HttpLimits#bodyTimeoutMs}. */
    public Builder bodyTimeoutMs(long value) {
      this.bodyTimeoutMs = value;
      return this;
    }

    /** Sets {@link HttpLimits#minBodyBytesPerSecond}. */
    public Builder minBodyBytesPerSecond(int value) {
      this.minBodyBytesPerSecond = value;
      return this;
    }

    /** Sets {@link HttpLimits#minWriteBytesPerSecond}. */
    public Builder minWriteBytesPerSecond(int value) {
      this.minWriteBytesPerSecond = value;
      return this;
    }

    /** Sets {@link HttpLimits#writeLowWatermarkBytes}. */
    public Builder writeLowWatermarkBytes(int value) {
      this.writeLowWatermarkBytes = value;
      return this;
    }

    /** Sets {@link HttpLimits#writeHighWatermarkBytes}. */
    public Builder writeHighWatermarkBytes(int value) {
      this.writeHighWatermarkBytes = value;
      return this;
    }

    /**
     * The bounds.
     *
     * @throws IllegalArgumentException naming a bound that makes no sense
     */
    public HttpLimits build() {
      return new HttpLimits(this);
    }
  }
}
