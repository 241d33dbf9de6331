package app.seventv.api.cache;

import app.seventv.core.content.EntityTag;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Tags of answers. Equal tags mean equal bytes: the bytes make the tag. */
final class Tags {
  private static final int TAG_BYTES = 16;

  private Tags() {}

  /** What tags are made with. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }

  /** The tag of what a digest was fed with. */
  static EntityTag tag(MessageDigest fed) {
    byte[] tag = Arrays.copyOf(fed.digest(), TAG_BYTES);
    return EntityTag.strong(Base64.getUrlEncoder().withoutPadding().encodeToString(tag));
  }
}
