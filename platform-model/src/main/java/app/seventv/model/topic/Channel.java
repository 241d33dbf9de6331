package app.seventv.model.topic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A channel of a streaming platform (event-api.md §9.2).
 *
 * @param id decimal without leading zeros on Twitch and Kick, any text on YouTube
 */
public record Channel(StreamPlatform platform, String id) implements Scope {

  private static final long MAX_NUMERIC_ID = 0xFFFF_FFFFL;
  private static final byte TEXT_END = (byte) 0xFF;

  /** Platforms with channels; the names are those that event clients use. */
  public enum StreamPlatform {
    /** Twitch. */
    TWITCH(0, "Twitch"),
    /** Kick. */
    KICK(1, "Kick"),
    /** YouTube. */
    YOUTUBE(2, "Youtube");

    private final int code;
    private final String busTag;

    StreamPlatform(int code, String busTag) {
      this.code = code;
      this.busTag = busTag;
    }

    /** The tag on the event bus (event-api.md §15.2). */
    public String busTag() {
      return busTag;
    }

    /** True if channel ids are unsigned 32-bit numbers. */
    public boolean hasNumericIds() {
      return this != YOUTUBE;
    }
  }

  /**
   * Checks and normalises a channel id: a leading plus sign and zeros are dropped.
   *
   * @return null if the platform has numeric ids and this is none
   */
  public static @Nullable Channel parse(StreamPlatform platform, String id) {
    if (!platform.hasNumericIds()) {
      return new Channel(platform, id);
    }
    int start = id.startsWith("+") ? 1 : 0;
    if (start == id.length()) {
      return null;
    }
    long number = 0;
    for (int i = start; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c < '0' || c > '9') {
        return null;
      }
      number = number * 10 + (c - '0');
      if (number > MAX_NUMERIC_ID) {
        return null;
      }
    }
    return new Channel(platform, Long.toString(number));
  }

  /** The id as a number, on Twitch and Kick. */
  public long numericId() {
    return Long.parseLong(id);
  }

  @Override
  public byte[] keyBytes() {
    byte[] text = platform.hasNumericIds() ? new byte[0] : id.getBytes(StandardCharsets.UTF_8);
    int idBytes = platform.hasNumericIds() ? Integer.BYTES : text.length + 1;
    ByteBuffer key =
        ByteBuffer.allocate(Long.BYTES + 1 + idBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(1)
            .put((byte) platform.code);
    if (platform.hasNumericIds()) {
      key.putInt((int) numericId());
    } else {
      key.put(text).put(TEXT_END);
    }
    return key.array();
  }
}
