package app.seventv.model.topic;

import app.seventv.model.Id;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a subscription is about: one object, or one channel (event-api.md §9.2). */
public sealed interface Scope permits Scope.OfObject, Channel {

  /** The bytes that stand for the scope in topic keys (event-api.md §9.5). */
  byte[] keyBytes();

  /**
   * FNV-1a 64 over {@link #keyBytes()}; equal scopes have equal hashes, the reverse is not sure.
   */
  default long hash() {
    long hash = 0xcbf29ce484222325L;
    for (byte b : keyBytes()) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Events about one object. */
  record OfObject(Id id) implements Scope {

    @Override
    public byte[] keyBytes() {
      return ByteBuffer.allocate(Long.BYTES + Id.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(0)
          .putLong(id.low())
          .putLong(id.high())
          .array();
    }
  }
}
