package app.seventv.cdn.disk;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a process gets its purges from, and which of them it will get: all that were published
 * after its consumer was made, and all that another consumer had not confirmed at that time.
 *
 * @param stream as {@link PurgePosition#stream}
 * @param consumer the process's own consumer
 * @param since the stream's last sequence number when the consumer was there
 * @param held consumers that were there then, this one among them
 */
public record PurgeFeed(String stream, String consumer, long since, Set<String> held) {
  public PurgeFeed {
    held = Set.copyOf(held);
  }

  /**
   * Whether no purge can be missing between a position and what this feed gives: its consumer was
   * still there to hold them, or none was published.
   */
  public boolean continues(@Nullable PurgePosition last) {
    return last != null
        && stream.equals(last.stream())
        && (held.contains(last.consumer()) || since <= last.sequence());
  }

  /** All purges up to a sequence number have been handled. */
  public PurgePosition at(long sequence) {
    return new PurgePosition(stream, consumer, sequence);
  }
}
