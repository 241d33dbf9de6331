package app.seventv.cdn.disk;

import java.util.concurrent.atomic.LongAdder;

/** What happened in the disk tier. */
final class DiskFigures {
  final LongAdder hits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder written = new LongAdder();

  /** Objects not written because the queue was full or the disk is not usable. */
  final LongAdder dropped = new LongAdder();

  /** Reads turned away because too many waited. */
  final LongAdder busy = new LongAdder();

  /** Records whose checksum did not match. */
  final LongAdder damaged = new LongAdder();

  final LongAdder errors = new LongAdder();
}
