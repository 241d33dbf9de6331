package app.seventv.core.metrics;

import app.seventv.core.transport.LoopBuffers;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.List;

/** What Netty's buffers hold. Reading costs a few loads per arena. */
final class NettyMemory {
  private NettyMemory() {}

  static void register(Metrics metrics) {
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
      ByteBufAllocatorMetric metric = provider.metric();
      metrics.gauges(
          "netty_allocator_used_bytes",
          "Bytes held by the buffer allocator.",
          List.of("area"),
          readings -> {
            readings.read(metric.usedHeapMemory(), "heap");
            readings.read(metric.usedDirectMemory(), "direct");
          });
    }
    PooledByteBufAllocator pooled = PooledByteBufAllocator.DEFAULT;
    metrics.gauges(
        "netty_pooled_bytes",
        "Bytes of the pooled allocator: chunks it holds, and buffers in use out of them.",
        List.of("area", "kind"),
        readings -> {
          readings.read(pooled.metric().usedHeapMemory(), "heap", "held");
          readings.read(pooled.metric().usedDirectMemory(), "direct", "held");
          readings.read(pooled.pinnedHeapMemory(), "heap", "pinned");
          readings.read(pooled.pinnedDirectMemory(), "direct", "pinned");
        });
    metrics.gauge(
        "netty_loop_buffers_bytes",
        "Bytes of the buffers that loops keep for what they send, in use or not.",
        LoopBuffers::bytes);
    metrics.gauge(
        "netty_direct_memory_used_bytes",
        "Direct memory that Netty took past the JDK's own accounting; -1: it takes none so.",
        PlatformDependent::usedDirectMemory);
    metrics.gauge(
        "netty_direct_memory_limit_bytes",
        "Most direct memory Netty will take.",
        PlatformDependent::maxDirectMemory);
  }
}
