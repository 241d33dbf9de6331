package app.seventv.cdn.disk;

import app.seventv.cdn.disk.RecordHead.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Objects and purges in the order in which they happened, in segments that are filled one after the
 * other; the oldest one is removed to make room. So a purge is always younger than what it kills
 * and outlives it. What deserves to stay is written again at the end of the log.
 *
 * <p>One thread writes; {@link #find} and the index are for all threads.
 */
final class DiskLog implements AutoCloseable {
  /** Of a segment's bytes, what may be written again when it is removed: eviction must gain. */
  private static final int REWRITTEN_SHARE = 2;

  /** Read from the oldest such part of the log, an object is worth a place at its end. */
  private static final int OLD_SHARE = 4;

  private static final byte[] PADDING = new byte[Location.ALIGNMENT_BYTES];

  private final DiskOptions options;
  private final FileOpener opener;
  private final RecordReader records;
  private final Predicate<String> worthKeeping;
  private final DiskIndex index = new DiskIndex();
  private final PrefixPurges prefixPurges = new PrefixPurges();
  private final Deque<SegmentFile> segments = new ArrayDeque<>(); // oldest first
  private final ConcurrentMap<Integer, SegmentFile> bySlot = new ConcurrentHashMap<>();
  private final LongAdder evicted = new LongAdder();
  private List<Entry> activeEntries = new ArrayList<>();
  private @Nullable SegmentFile active;
  private long nextSegment;
  private long nextSequence;
  private final AtomicLong bytes = new AtomicLong();
  private volatile @Nullable PurgePosition lastSync;
  private volatile long oldSegmentsBelow;

  /**
   * The log in a folder that is locked already; reads what is there.
   *
   * @param worthKeeping whether an object that would be evicted should stay, by key
   */
  DiskLog(
      DiskOptions options, FileOpener opener, RecordReader records, Predicate<String> worthKeeping)
      throws IOException {
    this.options = options;
    this.opener = opener;
    this.records = records;
    this.worthKeeping = worthKeeping;
    Recovery recovery = new Recovery(options.directory(), opener, index, prefixPurges);
    for (SegmentFile segment : recovery.run()) {
      add(segment);
    }
    nextSegment = recovery.nextSegment();
    nextSequence = recovery.nextSequence();
    lastSync = recovery.lastSync();
  }

  /** A live record's place: the segment and the location. */
  record Place(SegmentFile segment, long location) {}

  /** Where a key's record is, or null. */
  @Nullable Place find(long hash) {
    long location = index.get(hash);
    if (location == Location.NONE) {
      return null;
    }
    SegmentFile segment = bySlot.get(Location.segmentSlot(location));
    return segment == null ? null : new Place(segment, location);
  }

  /** Whether a record that was found and read is still the key's, and no purge concerns it. */
  boolean isLive(RecordHead head, String key, long hash, long location) {
    return head.kind() == Kind.OBJECT
        && head.key().equals(key)
        && index.get(hash) == location
        && !prefixPurges.isDead(key, head.sequence());
  }

  /** Forgets a record that turned out to be damaged. */
  void forget(long hash, long location) {
    index.remove(hash, location);
  }

  /** Makes reads miss a key from now on; {@link #purge} makes it last. */
  void hide(String key) {
    index.remove(KeyHash.of(key));
  }

  /** Makes reads miss everything. */
  void hideAll() {
    index.clear();
  }

  /** Makes reads miss a prefix until {@link #purgePrefix} knows which records are older. */
  boolean hidePrefix(String prefix) {
    return prefixPurges.add(prefix, Long.MAX_VALUE);
  }

  /** Whether the record will soon have to make room. */
  boolean isOld(SegmentFile segment) {
    return segment.id() < oldSegmentsBelow;
  }

  /**
   * Appends an object and indexes it, if that is still allowed then.
   *
   * @return false if it was not, or if the object is too large
   */
  boolean put(String key, DiskObject object, Admission admission) throws IOException {
    RecordHead head =
        new RecordHead(
            Kind.OBJECT,
            0,
            object.storedAtMs(),
            object.lifetimeMs(),
            object.lastModifiedSeconds(),
            object.body().readableBytes(),
            RecordReader.checksum(object.body()),
            key,
            object.contentType(),
            object.etag());
    if (head.headBytes() > RecordHead.MAX_HEAD_BYTES || head.bodyBytes() > options.maxBodyBytes()) {
      return false;
    }
    long location = append(head, object.body());
    if (admission.commit(() -> index.put(KeyHash.of(key), location))) {
      return true;
    }
    append(RecordHead.mark(Kind.PURGE_KEY, key), Unpooled.EMPTY_BUFFER);
    return false;
  }

  /** Appends the purge of a key. */
  void purge(String key) throws IOException {
    index.remove(KeyHash.of(key));
    append(RecordHead.mark(Kind.PURGE_KEY, key), Unpooled.EMPTY_BUFFER);
  }

  /** Appends the purge of a prefix; the empty one removes every segment. */
  void purgePrefix(String prefix) throws IOException {
    boolean everything = prefix.isEmpty() || !hidePrefix(prefix);
    append(RecordHead.mark(Kind.PURGE_PREFIX, everything ? "" : prefix), Unpooled.EMPTY_BUFFER);
    if (everything) {
      removeAll();
    } else {
      prefixPurges.add(prefix, nextSequence);
    }
  }

  /** Notes that all purges up to this one are in the log. */
  void synced(PurgePosition at) throws IOException {
    lastSync = at;
    append(RecordHead.sync(at), Unpooled.EMPTY_BUFFER);
  }

  /** Writes a record again at the end of the log, if it is still where it was. */
  void rewrite(long hash, long location) throws IOException {
    SegmentFile segment = bySlot.get(Location.segmentSlot(location));
    if (segment == null || index.get(hash) != location) {
      return;
    }
    RecordReader.Found found;
    try {
      found = records.record(segment, Location.offset(location));
    } catch (NoMemoryException e) {
      return; // it goes with its segment, which is no more than a miss
    }
    if (found == null) {
      index.remove(hash, location);
      return;
    }
    try {
      if (!prefixPurges.isDead(found.head().key(), found.head().sequence())) {
        long moved = append(found.head(), found.body());
        index.replace(hash, location, moved);
      }
    } finally {
      found.body().release();
    }
  }

  /** Waits until purges are on the disk itself. */
  void force() throws IOException {
    if (active != null) {
      active.force();
    }
  }

  /** Appends a record under the next sequence number; returns its location. */
  private long append(RecordHead unnumbered, ByteBuf body) throws IOException {
    long recordBytes = unnumbered.recordBytes();
    SegmentFile segment = active;
    if (segment == null || segment.sizeBytes() + recordBytes > options.segmentBytes()) {
      segment = roll();
    }
    RecordHead head = unnumbered.withSequence(nextSequence);
    long offset = segment.sizeBytes();
    int padding = (int) (-recordBytes & (Location.ALIGNMENT_BYTES - 1));
    ByteBuffer[] bodyParts = body.nioBuffers();
    ByteBuffer[] parts = new ByteBuffer[bodyParts.length + 2];
    parts[0] = ByteBuffer.wrap(head.encode(segment.id(), offset));
    System.arraycopy(bodyParts, 0, parts, 1, bodyParts.length);
    parts[parts.length - 1] = ByteBuffer.wrap(PADDING, 0, padding);
    segment.append(parts);
    nextSequence++;
    bytes.addAndGet(recordBytes + padding);
    long location = Location.of(segment.id(), offset, recordBytes);
    activeEntries.add(Entry.of(head, location));
    return location;
  }

  /** Ends the active segment, begins the next and makes room for it. */
  private SegmentFile roll() throws IOException {
    seal();
    SegmentFile next = SegmentFile.create(opener, options.directory(), nextSegment);
    nextSegment++;
    add(next);
    active = next;
    int rewritable = options.segmentBytes() / REWRITTEN_SHARE;
    while (bytes.get() + options.segmentBytes() > options.capacityBytes() && segments.size() > 1) {
      rewritable -= evictOldest(rewritable);
    }
    return next;
  }

  private void add(SegmentFile segment) {
    segments.addLast(segment);
    bySlot.put(Location.segmentSlotOf(segment.id()), segment);
    bytes.addAndGet(segment.sizeBytes());
    updateOld();
  }

  private void updateOld() {
    long oldest = segments.isEmpty() ? 0 : segments.getFirst().id();
    boolean full = bytes.get() + 2L * options.segmentBytes() > options.capacityBytes();
    oldSegmentsBelow = full ? oldest + segments.size() / OLD_SHARE : oldest;
  }

  private void seal() {
    if (active != null) {
      try {
        Summary.write(active, activeEntries);
      } catch (IOException e) {
        // A restart reads the segment itself then.
      }
    }
    active = null;
    activeEntries = new ArrayList<>();
  }

  /** Gives back the space of the oldest segment, for a disk that others fill too. */
  void shrink() throws IOException {
    if (segments.size() > 1) {
      evictOldest(0);
    }
  }

  /** Removes the oldest segment; returns the bytes of it that were written again. */
  private int evictOldest(int rewritableBytes) throws IOException {
    SegmentFile oldest = segments.getFirst();
    int rewritten = 0;
    for (Entry entry : Recovery.entries(oldest)) {
      if (entry.kind() != Kind.OBJECT || index.get(entry.hash()) != entry.location()) {
        continue;
      }
      int length = Location.lengthBytes(entry.location());
      if (rewritten + length <= rewritableBytes && isWorthKeeping(oldest, entry)) {
        rewrite(entry.hash(), entry.location());
        rewritten += length;
      }
      if (index.remove(entry.hash(), entry.location())) {
        evicted.increment();
      }
    }
    segments.removeFirst();
    remove(oldest);
    long oldestSequence = nextSequence;
    if (!segments.isEmpty() && segments.getFirst() != active) {
      RecordHead first = RecordReader.head(segments.getFirst(), SegmentFile.HEADER_BYTES);
      oldestSequence = first == null ? 0 : first.sequence();
    } else if (!activeEntries.isEmpty()) {
      oldestSequence = activeEntries.getFirst().sequence();
    }
    prefixPurges.forgetBefore(oldestSequence);
    return rewritten;
  }

  private boolean isWorthKeeping(SegmentFile segment, Entry entry) throws IOException {
    RecordHead head = RecordReader.head(segment, Location.offset(entry.location()));
    return head != null && worthKeeping.test(head.key());
  }

  private void remove(SegmentFile segment) throws IOException {
    bySlot.remove(Location.segmentSlotOf(segment.id()));
    bytes.addAndGet(-segment.sizeBytes());
    Files.deleteIfExists(Summary.path(segment));
    segment.delete();
    updateOld();
  }

  /** Forgets everything and removes the files, the oldest first. */
  void removeAll() throws IOException {
    index.clear();
    active = null;
    activeEntries = new ArrayList<>();
    while (!segments.isEmpty()) {
      remove(segments.removeFirst());
    }
    prefixPurges.forgetBefore(Long.MAX_VALUE);
  }

  long entries() {
    return index.size();
  }

  /** Bytes of all segments. */
  long bytes() {
    return bytes.get();
  }

  long evicted() {
    return evicted.sum();
  }

  /** Up to where all purges are in the log; null if that has never been said. */
  @Nullable PurgePosition lastSync() {
    return lastSync;
  }

  @Override
  public void close() throws IOException {
    seal();
    for (SegmentFile segment : segments) {
      segment.close();
    }
  }
}
