package app.seventv.cdn.disk;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The {@code disk} option group: objects on local disk under the memory cache.
 *
 * @param directory where the segments lie; nobody else writes there
 * @param capacityBytes bound on all files together
 * @param segmentBytes size at which a segment is closed; eviction frees whole segments
 * @param queueBytes bodies that may wait to be written; what comes beyond is not written
 * @param readers threads that read
 * @param waitingReads reads that may wait for a thread; what comes beyond goes to the origin
 */
public record DiskOptions(
    Path directory,
    long capacityBytes,
    int segmentBytes,
    long queueBytes,
    int readers,
    int waitingReads) {
  private static final long MIN_CAPACITY_BYTES = 64L << 20;
  private static final int MIN_SEGMENT_BYTES = 2 << 20;
  private static final int SEGMENTS = 64;

  private static final Key<String> DIRECTORY =
      Key.string("directory", "", "Folder of the disk cache; empty: none.");
  private static final Key<Long> CAPACITY =
      Key.sizeBytes("capacity", 10_000_000_000L, "Disk cache in bytes, at least 64 MiB.");
  private static final Key<Long> QUEUE =
      Key.sizeBytes("write_queue", 64L << 20, "Bytes that may wait for the disk; more is dropped.");
  private static final Key<Integer> READERS =
      Key.integer("read_threads", 4, 1, 256, "Threads that read from the disk.");
  private static final Key<Integer> WAITING_READS =
      Key.integer("waiting_reads", 1_000, 1, 1_000_000, "Reads that wait; more ask the origin.");

  /** Keys of the group; include it under a service's prefix. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(DIRECTORY, CAPACITY, QUEUE, READERS, WAITING_READS)
          .check(DiskOptions::check)
          .build();

  private static void check(Config group, ConfigCheck.Problems problems) {
    if (!group.get(DIRECTORY).isEmpty() && group.get(CAPACITY) < MIN_CAPACITY_BYTES) {
      problems.add(CAPACITY, "must be at least 64 MiB");
    }
  }

  /** Checks the bounds. */
  public DiskOptions {
    if (segmentBytes < SegmentFile.HEADER_BYTES + RecordHead.MAX_HEAD_BYTES
        || segmentBytes > Location.MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException("segments of " + segmentBytes + " bytes");
    }
    if (capacityBytes < 4L * segmentBytes
        || capacityBytes / segmentBytes >= Location.MAX_SEGMENTS) {
      throw new IllegalArgumentException("capacity of " + capacityBytes + " bytes");
    }
  }

  /** The group's values, nothing if there is to be no disk cache. */
  public static Optional<DiskOptions> from(Config group) {
    String directory = group.get(DIRECTORY);
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    long capacity = group.get(CAPACITY);
    long segment = Math.clamp(capacity / SEGMENTS, MIN_SEGMENT_BYTES, Location.MAX_SEGMENT_BYTES);
    return Optional.of(
        new DiskOptions(
            Path.of(directory),
            capacity,
            (int) segment,
            group.get(QUEUE),
            group.get(READERS),
            group.get(WAITING_READS)));
  }

  /** Largest body that is kept: a quarter of a segment, so that little of one is left empty. */
  int maxBodyBytes() {
    return segmentBytes / 4;
  }
}
