package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.memory.BodyMemory;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;

/** What an object costs beside its bytes, part by part; a field more shows here. */
class ObjectCostTest {
  private static final String PATH = "/emote/01F6MZGCNG000255K4X1K7NTHR/4x.webp";
  private static final String TAG = "\"d41d8cd98f00b204e9800998ecf8427e\"";

  private static long size(Object object) {
    return ClassLayout.parseInstance(object).instanceSize();
  }

  private static long textSize(String text) {
    return size(text) + size(new byte[text.length()]);
  }

  private static Object field(Class<?> owner, Object of, String name) throws Exception {
    Field field = owner.getDeclaredField(name);
    field.setAccessible(true);
    return Objects.requireNonNull(field.get(of));
  }

  /** The map within Caffeine, from texts to nodes. */
  private static Map<?, ?> nodes(ObjectCache cache) throws Exception {
    Object caffeine = field(ObjectCache.class, cache, "cache");
    Object bounded = ((com.github.benmanes.caffeine.cache.Cache<?, ?>) caffeine).asMap();
    Class<?> type = bounded.getClass();
    while (!type.getSimpleName().equals("BoundedLocalCache")) {
      type = Objects.requireNonNull(type.getSuperclass());
    }
    return (Map<?, ?>) field(type, bounded, "data");
  }

  @Test
  void eachPartIsAsSmallAsItIsSaidToBe() throws Exception {
    ObjectCache cache = new ObjectCache(1 << 20, object -> Long.MAX_VALUE, () -> 0);
    ByteBuf body = Objects.requireNonNull(cache.allocate(2_000)).writerIndex(2_000);
    CachedObject object =
        CachedObject.found(new ObjectHead("image/webp", TAG, 1L, Duration.ofDays(7)), body, 0);
    cache.put(PATH, object);
    assertThat(size(object)).isEqualTo(ObjectCost.OBJECT_BYTES);
    assertThat(size(body)).isEqualTo(ObjectCost.BODY_BYTES);
    assertThat(textSize(PATH)).isEqualTo(ObjectCost.PATH_BYTES);
    assertThat(textSize(TAG)).isEqualTo(ObjectCost.TAG_BYTES);
    Object node = Objects.requireNonNull(nodes(cache).values().iterator().next());
    assertThat(size(node)).isEqualTo(ObjectCost.CACHE_NODE_BYTES);
    Class<?> entry = Class.forName("java.util.concurrent.ConcurrentHashMap$Node");
    assertThat(ClassLayout.parseClass(entry).instanceSize()).isEqualTo(ObjectCost.MAP_NODE_BYTES);
    assertThat(BodyMemory.blockBytes(2_000) - 2_000).isBetween(8L, 23L);
    assertThat(object.weightBytes())
        .isEqualTo(BodyMemory.blockBytes(2_000) + ObjectCost.HEAP_BYTES);
    System.out.println("figure: cdn-overhead-bytes-counted " + (object.weightBytes() - 2_000));
    assertThat(object.weightBytes() - 2_000).isLessThanOrEqualTo(400);
    cache.clear();
    assertThat(cache.directBytes()).isZero();
  }
}
