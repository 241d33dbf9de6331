package app.seventv.api.common;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Name, alias and tag rules of both APIs (api-v4.md §11.1). Lengths count code points; {@code \w}
 * is Unicode's; a match is always of the whole text, so a trailing newline fails.
 */
public final class Validators {
  /** Most tags on one object. */
  public static final int MAX_TAGS = 6;

  private static final Pattern EMOTE_NAME =
      Pattern.compile("[a-zA-Z0-9_\\-():!+|.'?><*$#\\p{IsEmoji_Presentation}]{1,100}");
  private static final Pattern NAME =
      Pattern.compile("[a-zA-Z0-9_\\-():!+|.'?><*$# \\p{IsEmoji_Presentation}]{1,100}");
  private static final Pattern ALIAS =
      Pattern.compile(
          "[\\w\\-():!+|.'?><&*$#\\p{IsEmoji_Presentation}]{1,100}",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern TAG = Pattern.compile("\\w{3,30}", Pattern.UNICODE_CHARACTER_CLASS);

  private Validators() {}

  public static boolean isEmoteName(String text) {
    return EMOTE_NAME.matcher(text).matches();
  }

  /** Whether {@code text} may stand as an alias inside a set. */
  public static boolean isAlias(String text) {
    return ALIAS.matcher(text).matches();
  }

  /** Whether {@code text} may name a set, role or paint. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Whether these are at most {@link #MAX_TAGS} tags of 3 to 30 word characters each. */
  public static boolean areTags(List<String> tags) {
    return tags.size() <= MAX_TAGS && tags.stream().allMatch(Validators::isTag);
  }

  /** Whether {@code text} is one tag of 3 to 30 word characters. */
  public static boolean isTag(String text) {
    return TAG.matcher(text).matches();
  }
}
