package app.seventv.cdn;

import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Entity tags for objects to which the origin gave none. */
final class ContentHash {
  /** Tells our own tags from the origin's, which alone it understands. */
  private static final String PREFIX = "\"sha256-";

  private static final int HASH_BYTES = 16;

  private ContentHash() {}

  /** The object with a strong tag: its own, or one of its bytes. */
  static CachedObject tagged(CachedObject object, ByteBuf body) {
    ObjectHead head = object.head();
    if (head.etag() != null) {
      return object;
    }
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
    sha256.update(body.nioBuffer(0, body.capacity()));
    String tag = PREFIX + HexFormat.of().formatHex(sha256.digest(), 0, HASH_BYTES) + '"';
    return object.with(
        new ObjectHead(head.contentType(), tag, head.lastModified(), head.lifetime()),
        body,
        object.fetchedAtNs(),
        object.freshNs());
  }

  /** The tag if it is one of the origin's, else null. */
  static @Nullable String originTag(@Nullable String tag) {
    return tag == null || tag.startsWith(PREFIX) ? null : tag;
  }
}
