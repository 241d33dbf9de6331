package app.seventv.model;

import java.util.List;

/** A platform that accounts are linked from; stored as a number (data-model.md §7.21). */
public enum Platform implements Codes.Coded {
  /** Twitch. */
  TWITCH(0),
  /** Discord. */
  DISCORD(1),
  /** Google, which stands for YouTube. */
  GOOGLE(2),
  /** Kick. */
  KICK(3);

  private static final List<Platform> ALL = List.of(values());

  private final int code;

  Platform(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }

  /** Reads the stored number. */
  public static Platform read(DocumentReader in, String field) {
    return Codes.read(in, field, ALL);
  }
}
