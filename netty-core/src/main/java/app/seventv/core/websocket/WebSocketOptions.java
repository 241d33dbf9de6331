package app.seventv.core.websocket;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Every bound and choice of a websocket endpoint, with its unit. Immutable, shared by sessions. */
public final class WebSocketOptions {
  /** What suits small messages from unknown clients. */
  public static final WebSocketOptions DEFAULT = builder().build();

  /** Control frames are counted in 16 bits. */
  private static final int MAX_CONTROL_FRAMES = 0xFFFE;

  private final int maxFrameBytes;
  private final int maxMessageBytes;
  private final int maxFragments;
  private final int maxControlFrames;
  private final long controlWindowMs;
  private final long closeTimeoutMs;
  private final int writeLowWatermarkBytes;
  private final int writeHighWatermarkBytes;
  private final boolean compression;
  private final int compressionLevel;
  private final int minCompressedBytes;
  private final List<String> subprotocols;
  private final Set<String> allowedOrigins;
  private final HttpHeaders responseHeaders;
  private final boolean strictHandshake;
  private final byte[] responseFields;

  private WebSocketOptions(Builder from) {
    maxFrameBytes = within(from.maxFrameBytes, 1, Integer.MAX_VALUE, "maxFrameBytes");
    maxMessageBytes = within(from.maxMessageBytes, 1, Integer.MAX_VALUE, "maxMessageBytes");
    maxFragments = within(from.maxFragments, 1, Integer.MAX_VALUE, "maxFragments");
    maxControlFrames = within(from.maxControlFrames, 0, MAX_CONTROL_FRAMES, "maxControlFrames");
    controlWindowMs = positive(from.controlWindowMs, "controlWindowMs");
    closeTimeoutMs = positive(from.closeTimeoutMs, "closeTimeoutMs");
    writeLowWatermarkBytes =
        within(from.writeLowWatermarkBytes, 1, Integer.MAX_VALUE - 1, "writeLowWatermarkBytes");
    writeHighWatermarkBytes =
        within(
            from.writeHighWatermarkBytes,
            writeLowWatermarkBytes + 1,
            Integer.MAX_VALUE,
            "writeHighWatermarkBytes");
    compression = from.compression;
    compressionLevel = within(from.compressionLevel, 1, 9, "compressionLevel");
    minCompressedBytes =
        within(from.minCompressedBytes, 0, Integer.MAX_VALUE, "minCompressedBytes");
    subprotocols = List.copyOf(from.subprotocols);
    allowedOrigins =
        from.allowedOrigins.stream()
            .map(origin -> origin.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    responseHeaders = from.responseHeaders;
    strictHandshake = from.strictHandshake;
    responseFields = encoded(responseHeaders);
  }

  private static byte[] encoded(HttpHeaders headers) {
    StringBuilder fields = new StringBuilder();
    headers.forEach(field ->
        fields.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n"));
    return fields.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static int within(int value, int min, int max, String name) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
    return value;
  }

  private static long positive(long value, String name) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
    return value;
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Largest payload of one frame from the client; larger: close 1009. */
  public int maxFrameBytes() {
    return maxFrameBytes;
  }

  /** Largest message over all its fragments, inflated; larger: close 1009. */
  public int maxMessageBytes() {
    return maxMessageBytes;
  }

  /** Most fragments of a message; more: close 1008. */
  public int maxFragments() {
    return maxFragments;
  }

  /** Most pings and pongs from the client within {@link #controlWindowMs}; more: close 1008. */
  public int maxControlFrames() {
    return maxControlFrames;
  }

  /** Window of {@link #maxControlFrames}, in milliseconds. */
  public long controlWindowMs() {
    return controlWindowMs;
  }

  /** Time the client has to finish the closing handshake, in milliseconds. */
  public long closeTimeoutMs() {
    return closeTimeoutMs;
  }

  /**
   * Queued bytes below which {@link WebSocket#isWritable} turns true again. Streams of HTTP/2 and
   * HTTP/3 have those of their connection's limits.
   */
  public int writeLowWatermarkBytes() {
    return writeLowWatermarkBytes;
  }

  /** Queued bytes above which {@link WebSocket#isWritable} turns false; streams as above. */
  public int writeHighWatermarkBytes() {
    return writeHighWatermarkBytes;
  }

  /** Whether permessage-deflate is agreed on with clients that offer it (RFC 7692). */
  public boolean compression() {
    return compression;
  }

  /** Effort of compression, 1 (fastest) to 9 (smallest). */
  public int compressionLevel() {
    return compressionLevel;
  }

  /** Smallest message that is worth compressing. */
  public int minCompressedBytes() {
    return minCompressedBytes;
  }

  /** Application protocols in the server's order of preference (RFC 6455 §1.9). */
  public List<String> subprotocols() {
    return subprotocols;
  }

  /**
   * Origins whose pages may connect, e.g. {@code https://example.org}; empty: all. Clients that are
   * no browsers send no origin and may connect (RFC 6455 §10.2).
   */
  public Set<String> allowedOrigins() {
    return allowedOrigins;
  }

  /** Additional header fields of the handshake response. */
  public HttpHeaders responseHeaders() {
    return responseHeaders;
  }

  /**
   * Whether a handshake is refused whose key is not 16 bytes in base64 or whose extension offers
   * are malformed (RFC 6455 §4.2.1, §9.1). An endpoint with clients of many hands may go on
   * without: the key only shows that both sides speak of the same handshake, whatever it is.
   */
  public boolean strictHandshake() {
    return strictHandshake;
  }

  /** The same in the form of HTTP/1.1, written once for all handshakes. */
  byte[] responseFields() {
    return responseFields;
  }

  /** Options under construction; an impossible value is refused by {@link #build}. */
  public static final class Builder {
    private int maxFrameBytes = 64 << 10;
    private int maxMessageBytes = 64 << 10;
    private int maxFragments = 128;
    private int maxControlFrames = 200;
    private long controlWindowMs = 30_000;
    private long closeTimeoutMs = 5_000;
    private int writeLowWatermarkBytes = 32 << 10;
    private int writeHighWatermarkBytes = 64 << 10;
    private boolean compression = false;
    private int compressionLevel = 6;
    private int minCompressedBytes = 256;
    private List<String> subprotocols = List.of();
    private Set<String> allowedOrigins = Set.of();
    private HttpHeaders responseHeaders = EmptyHttpHeaders.INSTANCE;
    private boolean strictHandshake = true;

    private Builder() {}

    /** Sets {@link WebSocketOptions#maxFrameBytes}. */
    public Builder maxFrameBytes(int value) {
      this.maxFrameBytes = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#maxMessageBytes}. */
    public Builder maxMessageBytes(int value) {
      this.maxMessageBytes = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#maxFragments}. */
    public Builder maxFragments(int value) {
      this.maxFragments = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#maxControlFrames}. */
    public Builder maxControlFrames(int value) {
      this.maxControlFrames = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#controlWindowMs}. */
    public Builder controlWindowMs(long value) {
      this.controlWindowMs = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#closeTimeoutMs}. */
    public Builder closeTimeoutMs(long value) {
      this.closeTimeoutMs = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#writeLowWatermarkBytes}. */
    public Builder writeLowWatermarkBytes(int value) {
      this.writeLowWatermarkBytes = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#writeHighWatermarkBytes}. */
    public Builder writeHighWatermarkBytes(int value) {
      this.writeHighWatermarkBytes = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#compression}. */
    public Builder compression(boolean value) {
      this.compression = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#compressionLevel}. */
    public Builder compressionLevel(int value) {
      this.compressionLevel = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#minCompressedBytes}. */
    public Builder minCompressedBytes(int value) {
      this.minCompressedBytes = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#subprotocols}. */
    public Builder subprotocols(List<String> value) {
      this.subprotocols = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#allowedOrigins}. */
    public Builder allowedOrigins(Set<String> value) {
      this.allowedOrigins = value;
      return this;
    }

    /**
     * Sets {@link WebSocketOptions#responseHeaders}, which must not change any more. What the
     * handshake itself agrees on is not among them.
     */
    public Builder responseHeaders(HttpHeaders value) {
      this.responseHeaders = value;
      return this;
    }

    /** Sets {@link WebSocketOptions#strictHandshake}. */
    public Builder strictHandshake(boolean value) {
      this.strictHandshake = value;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public WebSocketOptions build() {
      return new WebSocketOptions(this);
    }
  }
}
