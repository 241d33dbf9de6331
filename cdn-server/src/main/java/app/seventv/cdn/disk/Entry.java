package app.seventv.cdn.disk;

import app.seventv.cdn.disk.RecordHead.Kind;

/**
 * What the index needs to know of a record.
 *
 * @param kind what the record says
 * @param sequence its place in the log
 * @param hash {@link KeyHash} of its key
 * @param location where it lies
 * @param timeMs when it was stored
 * @param prefix the prefix of a {@link Kind#PURGE_PREFIX}; empty otherwise
 */
record Entry(Kind kind, long sequence, long hash, long location, long timeMs, String prefix) {
  static Entry of(RecordHead head, long location) {
    return new Entry(
        head.kind(),
        head.sequence(),
        KeyHash.of(head.key()),
        location,
        head.storedAtMs(),
        head.kind() == Kind.PURGE_PREFIX ? head.key() : "");
  }
}
