package app.seventv.cdn.disk;

import app.seventv.cdn.disk.RecordHead.Kind;

/**
 * What the index needs to know of a record.
 *
 * @param kind what the record says
 * @param sequence its place in the log
 * @param hash {@link KeyHash} of its key
 * @param location where it lies
 * @param timeMs when it was stored; of a {@link Kind#SYNC}, the position's sequence number
 * @param text what a {@link Kind#PURGE_PREFIX} or a {@link Kind#SYNC} has as its key; empty
 *     otherwise
 */
record Entry(Kind kind, long sequence, long hash, long location, long timeMs, String text) {
  /** Whether the index needs more of such records than the hash of their key. */
  static boolean hasText(Kind kind) {
    return kind == Kind.PURGE_PREFIX || kind == Kind.SYNC;
  }

  static Entry of(RecordHead head, long location) {
    return new Entry(
        head.kind(),
        head.sequence(),
        KeyHash.of(head.key()),
        location,
        head.storedAtMs(),
        hasText(head.kind()) ? head.key() : "");
  }
}
