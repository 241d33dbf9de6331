package app.seventv.api.accounts;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Proves who somebody is on Kick by a code in the channel's biography (api-v3.md §4.7).
 *
 * <p>A biography is public, so a code must be worth nothing to others: it is made for whoever asked
 * for it, a user when signed in, else an address and a program. An address alone would do for whole
 * households, schools and mobile networks. The flow's clients keep no cookies for us, so that there
 * is nothing better to tell them by. The code is derived from our key, so that every instance knows
 * it and nothing is stored.
 */
public final class ManualProofs {
  /** A code is good until the end of the fifth minute after the one it was made in. */
  private static final int MINUTES = 5;

  private static final int CODE_BYTES = 16;
  private static final Pattern CODE =
      Pattern.compile("(?<![0-9a-f])[0-9a-f]{" + 2 * CODE_BYTES + "}(?![0-9a-f])");

  private final TokenKey key;
  private final KickChannels channels;
  private final InstantSource clock;

  public ManualProofs(TokenKey key, KickChannels channels, InstantSource clock) {
    this.key = key;
    this.channels = channels;
    this.clock = clock;
  }

  /** Whether anybody can be proven. */
  public boolean enabled() {
    return channels.enabled();
  }

  /**
   * Who asks.
   *
   * @param program the client's {@code user-agent}, empty without one
   */
  public record Asker(Caller caller, String program) {
    private String name() {
      return caller.user() == null
          ? "ip:" + caller.ip().getHostAddress() + ":" + program
          : "user:" + caller.user().id();
    }
  }

  /** The code that the asker is to put into the biography: 32 lower-case hexadecimal digits. */
  public String code(Asker asker, String channel) {
    return code(asker, channel, minute());
  }

  /**
   * The account of a channel whose biography has a valid code of this asker.
   *
   * @throws ApiException 404 without such a channel, 400 without such a code
   */
  public ProviderClient.Profile verify(Asker asker, String channel) {
    KickChannels.Channel found = channels.find(channel);
    Matcher codes = CODE.matcher(found.biography());
    while (codes.find()) {
      if (isValid(asker, channel, codes.group())) {
        return found.profile();
      }
    }
    throw ApiException.badRequest("the code was not found in the biography");
  }

  private boolean isValid(Asker asker, String channel, String shown) {
    byte[] bytes = shown.getBytes(StandardCharsets.US_ASCII);
    long now = minute();
    boolean valid = false;
    for (long made = now - MINUTES; made <= now; made++) {
      byte[] code = code(asker, channel, made).getBytes(StandardCharsets.US_ASCII);
      valid |= MessageDigest.isEqual(code, bytes);
    }
    return valid;
  }

  private long minute() {
    return clock.instant().getEpochSecond() / 60;
  }

  private String code(Asker asker, String channel, long minute) {
    byte[] secret = key.derive("manual:" + minute + ":" + channel + ":" + asker.name());
    return HexFormat.of().formatHex(Arrays.copyOf(secret, CODE_BYTES));
  }
}
