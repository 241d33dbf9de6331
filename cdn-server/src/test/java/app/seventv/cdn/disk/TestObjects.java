package app.seventv.cdn.disk;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/** Objects whose bytes follow from their key and version, so that wrong ones are seen. */
final class TestObjects {
  static final int SEGMENT_BYTES = 64 << 10;

  /** Nobody purges. */
  static final Admission ALWAYS =
      new Admission() {
        @Override
        public boolean isCurrent() {
          return true;
        }

        @Override
        public boolean commit(Runnable insert) {
          insert.run();
          return true;
        }
      };

  private TestObjects() {}

  static DiskOptions options(Path directory, long capacityBytes) {
    return new DiskOptions(directory, capacityBytes, SEGMENT_BYTES, 1 << 20, 2, 100);
  }

  static String key(int number) {
    return "emote/" + number + "/4x.webp";
  }

  /** The version, then bytes that only this key and version have. */
  static byte[] bytes(String key, long version) {
    Random random = new Random(key.hashCode() * 31L + version);
    byte[] bytes = new byte[16 + random.nextInt(4_000)];
    random.nextBytes(bytes);
    byte[] head = Long.toString(version).getBytes(StandardCharsets.US_ASCII);
    bytes[0] = (byte) head.length;
    System.arraycopy(head, 0, bytes, 1, head.length);
    return bytes;
  }

  static DiskObject object(String key, long version) {
    ByteBuf body = Unpooled.wrappedBuffer(bytes(key, version));
    return new DiskObject("image/webp", "\"" + version + "\"", 1_000, 2_000, 3_000, body);
  }

  /** The version if every byte is right, -1 if not. */
  static long version(String key, ByteBuf body) {
    byte[] bytes = ByteBufUtil.getBytes(body);
    long version;
    try {
      version = Long.parseLong(new String(bytes, 1, bytes[0], StandardCharsets.US_ASCII));
    } catch (RuntimeException e) {
      return -1;
    }
    return java.util.Arrays.equals(bytes, bytes(key, version)) ? version : -1;
  }
}
