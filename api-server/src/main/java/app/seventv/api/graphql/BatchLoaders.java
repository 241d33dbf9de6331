package app.seventv.api.graphql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.dataloader.DataLoader;
import org.dataloader.DataLoaderFactory;
import org.dataloader.DataLoaderOptions;
import org.dataloader.DataLoaderRegistry;

/**
 * The batch functions behind nested fields (api-v4.md §14). Each is plain blocking code from a set
 * of keys to the found values; per request they become data loaders that collect one level's keys.
 */
public final class BatchLoaders {
  /** Most keys in one query to a store. */
  public static final int MAX_BATCH_KEYS = 1000;

  private final Executor executor;
  private final List<Entry<?, ?>> entries = new ArrayList<>();

  private record Entry<K, V>(LoaderKey<K, V> key, Function<Set<K>, Map<K, V>> load) {}

  /**
   * @param executor runs the blocking batch functions, a virtual thread each
   */
  public BatchLoaders(Executor executor) {
    this.executor = executor;
  }

  /** Adds the batch function for {@code key}; absent results mean "not found". */
  public <K, V> BatchLoaders add(LoaderKey<K, V> key, Function<Set<K>, Map<K, V>> load) {
    entries.add(new Entry<>(key, load));
    return this;
  }

  /** Fresh loaders for one request: results are shared inside it and forgotten after it. */
  DataLoaderRegistry registry() {
    DataLoaderRegistry registry = new DataLoaderRegistry();
    for (Entry<?, ?> entry : entries) {
      registry.register(entry.key().name(), dataLoader(entry));
    }
    return registry;
  }

  private <K, V> DataLoader<K, V> dataLoader(Entry<K, V> entry) {
    DataLoaderOptions options =
        DataLoaderOptions.newOptions().setMaxBatchSize(MAX_BATCH_KEYS).build();
    return DataLoaderFactory.newMappedDataLoader(
        entry.key().name(),
        keys ->
            CompletableFuture.supplyAsync(() -> new HashMap<>(entry.load().apply(keys)), executor),
        options);
  }
}
