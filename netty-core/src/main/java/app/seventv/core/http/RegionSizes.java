package app.seventv.core.http;

import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/**
 * Counts what waits for a client, parts of files included. Netty counts those as nothing, though
 * what the client has taken of them counts as progress: watermarks would not hold them back, and
 * whoever takes a file slowly would seem to take nothing.
 */
enum RegionSizes implements MessageSizeEstimator, MessageSizeEstimator.Handle {
  /** For all channels. */
  INSTANCE;

  private static final Handle OTHERS = DefaultMessageSizeEstimator.DEFAULT.newHandle();

  @Override
  public Handle newHandle() {
    return this;
  }

  @Override
  public int size(Object message) {
    return message instanceof FileRegion region
        ? (int) Math.min(region.count(), Integer.MAX_VALUE)
        : OTHERS.size(message);
  }
}
