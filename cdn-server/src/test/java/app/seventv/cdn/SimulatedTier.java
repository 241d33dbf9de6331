package app.seventv.cdn;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A slow tier: everything happens some time later. */
final class SimulatedTier implements Tier {
  private final Simulation simulation;
  private final Map<String, Entry> entries = new HashMap<>();

  SimulatedTier(Simulation simulation) {
    this.simulation = simulation;
  }

  private record Entry(ObjectHead head, ByteBuf body, long fetchedAtNs) {}

  @Override
  public String name() {
    return "slow";
  }

  @Override
  public CompletableFuture<@Nullable Copy> lookup(String key) {
    CompletableFuture<@Nullable Copy> result = new CompletableFuture<>();
    Entry entry = entries.get(key);
    Copy copy =
        entry == null
            ? null
            : new Copy(
                CachedObject.found(entry.head, entry.body.copy(), entry.fetchedAtNs),
                simulation.random().nextInt(5) > 0);
    simulation.sometime(() -> result.complete(copy));
    return result;
  }

  @Override
  public void store(String key, CachedObject object, Generations.Ticket ticket) {
    ByteBuf body = object.retainBody();
    if (body == null) {
      return;
    }
    simulation.sometime(() -> {
      Entry entry = new Entry(object.head(), Unpooled.copiedBuffer(body), object.fetchedAtNs());
      body.release();
      ticket.commit(() -> entries.put(key, entry));
    });
  }

  @Override
  public void remove(String key) {
    entries.remove(key);
  }

  @Override
  public void removePrefix(String prefix) {
    entries.keySet().removeIf(key -> key.startsWith(prefix));
  }

  @Override
  public void close() {}
}
