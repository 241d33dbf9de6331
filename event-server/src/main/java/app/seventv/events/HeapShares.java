package app.seventv.events;

import java.util.Optional;

/**
 * How much heap presences, events and queued bus messages may take where nobody says otherwise:
 * half of it together, at most. The rest is for sessions and for what is being converted.
 */
final class HeapShares {
  /** Of the heap: presences 2, events 1, queued messages 2. */
  private static final int TENTHS = 10;

  private static final long MAX_PRESENCE_BYTES = 256L << 20;
  private static final long MAX_RESUME_BYTES = 128L << 20;
  private static final long MAX_QUEUED_BYTES = 256L << 20;

  /** With more than this share of the heap, expect it to run out. */
  private static final double FITTING_SHARE = 0.7;

  private HeapShares() {}

  static long presenceBytes(long heapBytes) {
    return Math.min(MAX_PRESENCE_BYTES, 2 * heapBytes / TENTHS);
  }

  static long resumeBytes(long heapBytes) {
    return Math.min(MAX_RESUME_BYTES, heapBytes / TENTHS);
  }

  static long queuedBytes(long heapBytes) {
    return Math.min(MAX_QUEUED_BYTES, 2 * heapBytes / TENTHS);
  }

  /** What to tell the operator about settings that leave too little room. */
  static Optional<String> warning(long presenceBytes, long resumeBytes, long heapBytes) {
    long queued = queuedBytes(heapBytes);
    boolean fits = (double) presenceBytes + resumeBytes + queued <= FITTING_SHARE * heapBytes;
    return fits
        ? Optional.empty()
        : Optional.of(
            ("event_api.presence_bytes of %d, event_api.resume_bytes of %d and %d bytes of"
                    + " queued bus messages are too much for a heap of %d bytes")
                .formatted(presenceBytes, resumeBytes, queued, heapBytes));
  }
}
