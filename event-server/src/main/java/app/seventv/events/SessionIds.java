package app.seventv.events;

import app.seventv.model.Id;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes session ids out of where a session is, and finds the session by its id, so that a session
 * need not store the 16 bytes. To everybody without the key an id is a ULID like any other: the
 * place is encrypted (a Feistel network of four rounds over SipHash-2-4) under the id's own time,
 * and 16 bits prove that the id was made here.
 *
 * <pre>
 *  high: | start in ms, 48 bits | proof, 16 bits |
 *  low:  | encrypted: loop 8, slot 24, serial number 32 bits |
 * </pre>
 */
final class SessionIds {
  /** Most loops and slots per loop that an id can name. */
  static final int MAX_LOOPS = 1 << 8;

  static final int MAX_SLOTS = 1 << 24;

  private static final int ROUNDS = 4;
  private static final int PROOF_BITS = 16;
  private static final long PROOF_MASK = (1L << PROOF_BITS) - 1;
  private static final long LOW_INT = 0xFFFF_FFFFL;

  private final long key0;
  private final long key1;

  /**
   * A session's place.
   *
   * @param serial tells apart the sessions that use a slot one after the other
   */
  record Place(int loop, int slot, int serial) {}

  SessionIds(RandomGenerator random) {
    key0 = random.nextLong();
    key1 = random.nextLong();
  }

  /** The id of a session that started at this time. */
  Id of(long startMs, Place place) {
    long plain = (long) place.loop << 56 | (long) place.slot << 32 | (place.serial & LOW_INT);
    int left = (int) (plain >>> 32);
    int right = (int) plain;
    for (int round = 0; round < ROUNDS; round++) {
      int next = left ^ roundKey(startMs, round, right);
      left = right;
      right = next;
    }
    long low = (long) left << 32 | (right & LOW_INT);
    return new Id(startMs << PROOF_BITS | proof(startMs, low), low);
  }

  /** Where the session of an id was started, or null if the id is not from here. */
  @Nullable Place placeOf(Id id) {
    long startMs = id.timeMs();
    if ((id.high() & PROOF_MASK) != proof(startMs, id.low())) {
      return null;
    }
    int left = (int) (id.low() >>> 32);
    int right = (int) id.low();
    for (int round = ROUNDS - 1; round >= 0; round--) {
      int previous = right ^ roundKey(startMs, round, left);
      right = left;
      left = previous;
    }
    return new Place(left >>> 24, left & (MAX_SLOTS - 1), right);
  }

  private int roundKey(long startMs, int round, int half) {
    return (int) sipHash(startMs << 8 | round, half & LOW_INT);
  }

  private long proof(long startMs, long low) {
    return sipHash(startMs << 8 | ROUNDS, low) & PROOF_MASK;
  }

  /** SipHash-2-4 of 16 bytes (Aumasson and Bernstein 2012, §2). */
  private long sipHash(long first, long second) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    long[] blocks = {first, second, 16L << 56};
    for (int i = 0; i <= blocks.length; i++) {
      boolean last = i == blocks.length;
      long block = last ? 0 : blocks[i];
      v3 ^= block;
      v2 ^= last ? 0xFF : 0;
      for (int round = 0; round < (last ? 4 : 2); round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= block;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
