package app.seventv.cdn;

import app.seventv.core.http.HttpError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is to be forgotten (cdn.md §7): {@code {"files": [keys], "prefixes": [prefixes]}}. A bad
 * entry costs itself only.
 *
 * @param keys canonical keys
 * @param prefixes canonical prefixes: whole path segments, each ending with a slash; the empty one
 *     is everything
 * @param skipped entries that make no sense
 */
record PurgeMessage(List<String> keys, List<String> prefixes, int skipped) {
  /** Entries of one message; what comes beyond is skipped. */
  static final int MAX_ENTRIES = 100_000;

  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * Reads a payload.
   *
   * @throws HttpError 400 if it is no such JSON at all
   */
  static PurgeMessage parse(byte[] payload) {
    JsonNode root;
    try {
      root = JSON.readTree(payload);
    } catch (JacksonException e) {
      throw new HttpError(400, "no JSON: " + e.getOriginalMessage());
    }
    JsonNode files = root.path("files");
    JsonNode prefixes = root.path("prefixes");
    if (!files.isArray() && !prefixes.isArray()) {
      throw new HttpError(400, "neither files nor prefixes");
    }
    List<String> keys = new ArrayList<>();
    List<String> canonicalPrefixes = new ArrayList<>();
    int skipped =
        collect(files, file -> ImagePath.ofKey(file).key(), keys)
            + collect(prefixes, PurgeMessage::canonicalPrefix, canonicalPrefixes);
    return new PurgeMessage(keys, canonicalPrefixes, skipped);
  }

  private static int collect(JsonNode entries, Function<String, String> parser, List<String> into) {
    int skipped = 0;
    for (JsonNode entry : entries) {
      if (!entry.isString() || into.size() >= MAX_ENTRIES) {
        skipped++;
        continue;
      }
      try {
        into.add(parser.apply(entry.asString()));
      } catch (HttpError e) {
        skipped++;
      }
    }
    return skipped;
  }

  /**
   * The canonical form of a prefix: a family, an id in any spelling, for paints and users a second
   * one; with or without a slash at the end.
   *
   * @throws HttpError 400 if it is none
   */
  static String canonicalPrefix(String prefix) {
    String trimmed = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    if (trimmed.isEmpty()) {
      if (prefix.isEmpty()) {
        return "";
      }
      throw new HttpError(400, "no prefix");
    }
    String[] s = trimmed.split("/", -1);
    int depth = s[0].equals("emote") || s[0].equals("badge") ? 2 : 4;
    String inner = s[0].equals("paint") ? "layer" : "profile-picture";
    boolean known = depth == 2 || s[0].equals("paint") || s[0].equals("user");
    if (!known || s.length > depth || (s.length > 2 && !s[2].equals(inner))) {
      throw new HttpError(400, "no prefix");
    }
    StringBuilder canonical = new StringBuilder(s[0]).append('/');
    for (int i = 1; i < s.length; i++) {
      canonical.append(i == 2 ? s[2] : id(s[i])).append('/');
    }
    return canonical.toString();
  }

  /** The canonical spelling of an id, as the keys have it. */
  private static String id(String text) {
    String key = ImagePath.emote(text, "1x.webp").key();
    return key.substring(key.indexOf('/') + 1, key.lastIndexOf('/'));
  }
}
