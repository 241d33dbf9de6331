package app.seventv.core.tls;

import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Reads what a ClientHello says about key exchange (RFC 8446 §4.1.2). Anyone can send one: what is
 * not well formed says nothing, and BoringSSL will refuse it.
 */
final class ClientHello {
  private static final int RECORD_HEADER_BYTES = 5;
  private static final int MESSAGE_HEADER_BYTES = 4;
  private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
  private static final int TYPE_CLIENT_HELLO = 1;
  private static final int EXTENSION_PRE_SHARED_KEY = 41;
  private static final int EXTENSION_KEY_SHARE = 51;
  private static final int GROUP_X25519 = 0x001d;

  private final ByteBuf in;
  private final int end;
  private int at;

  private ClientHello(ByteBuf record) {
    in = record;
    end = record.writerIndex();
    at = record.readerIndex();
  }

  /**
   * Whether the client wants to resume a session with a ticket of ours and has sent its share for
   * X25519.
   *
   * @param record from the start of the first record, which is there as a whole
   * @param keys of the tickets that can be read now
   */
  static boolean resumesOverX25519(ByteBuf record, List<TicketSecret> keys) {
    return new ClientHello(record).resumesOverX25519(keys);
  }

  private boolean resumesOverX25519(List<TicketSecret> keys) {
    int type = at + RECORD_HEADER_BYTES;
    at = type + MESSAGE_HEADER_BYTES + VERSION_AND_RANDOM_BYTES;
    boolean isHello =
        at < end
            && in.getByte(type) == TYPE_CLIENT_HELLO
            && skip(vector(1)) // legacy session id
            && skip(vector(2)) // cipher suites
            && skip(vector(1)) // legacy compression methods
            && vector(2) >= 0;
    boolean hasShare = false;
    while (isHello && end - at > 2) {
      int extension = in.getUnsignedShort(at);
      at += 2;
      int length = vector(2);
      if (length < 0) {
        return false;
      }
      int next = at + length;
      if (extension == EXTENSION_KEY_SHARE) {
        hasShare = hasX25519Share(next);
      } else if (extension == EXTENSION_PRE_SHARED_KEY) { // always the last one (§4.2.11)
        return hasShare && isOurs(keys);
      }
      at = next;
    }
    return false;
  }

  /** RFC 8446 §4.2.8. */
  private boolean hasX25519Share(int extensionEnd) {
    vector(2);
    while (extensionEnd - at > 2) {
      int group = in.getUnsignedShort(at);
      at += 2;
      if (group == GROUP_X25519) {
        return true;
      }
      if (!skip(vector(2))) {
        return false;
      }
    }
    return false;
  }

  /** Clients offer one ticket; further ones would be looked at only if it cannot be read. */
  private boolean isOurs(List<TicketSecret> keys) {
    if (vector(2) < 0 || vector(2) < TicketSecret.PART_BYTES) {
      return false;
    }
    for (TicketSecret key : keys) {
      if (key.isNamed(in, at)) {
        return true;
      }
    }
    return false;
  }

  /** Moves to the content of a vector and returns its length, or -1 if it is not all there. */
  private int vector(int lengthBytes) {
    if (end - at < lengthBytes) {
      return -1;
    }
    int length = lengthBytes == 1 ? in.getUnsignedByte(at) : in.getUnsignedShort(at);
    at += lengthBytes;
    return length <= end - at ? length : -1;
  }

  private boolean skip(int bytes) {
    at += Math.max(0, bytes);
    return bytes >= 0;
  }
}
