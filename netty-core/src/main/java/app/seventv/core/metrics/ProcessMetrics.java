package app.seventv.core.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Figures of the JVM and its process under the names the usual dashboards expect. */
public final class ProcessMetrics {
  private static final int PAGE_BYTES = 4096;
  private static final double MS_PER_SECOND = 1e3;
  private static final double NS_PER_SECOND = 1e9;

  private ProcessMetrics() {}

  /** Adds them all; values are read when somebody asks. */
  public static void register(Metrics metrics) {
    registerMemory(metrics);
    registerCollectors(metrics);
    registerProcess(metrics);
  }

  private static void registerMemory(Metrics metrics) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    metrics.gauges(
        "jvm_memory_used_bytes",
        "Used bytes of a JVM memory area.",
        List.of("area"),
        readings -> {
          readings.read(memory.getHeapMemoryUsage().getUsed(), "heap");
          readings.read(memory.getNonHeapMemoryUsage().getUsed(), "nonheap");
        });
    metrics.gauges(
        "jvm_memory_max_bytes",
        "Maximum bytes of a JVM memory area.",
        List.of("area"),
        readings -> readings.read(memory.getHeapMemoryUsage().getMax(), "heap"));
    metrics.gauges(
        "jvm_buffer_pool_used_bytes",
        "Used bytes of a JVM buffer pool.",
        List.of("pool"),
        readings -> {
          for (var pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            readings.read(pool.getMemoryUsed(), pool.getName());
          }
        });
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
      metrics.gauges(
          "netty_allocator_used_bytes",
          "Bytes held by the buffer allocator.",
          List.of("area"),
          readings -> {
            readings.read(allocator.metric().usedHeapMemory(), "heap");
            readings.read(allocator.metric().usedDirectMemory(), "direct");
          });
    }
  }

  private static void registerCollectors(Metrics metrics) {
    List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    metrics.counters(
        "jvm_gc_collections_total",
        "Garbage collections.",
        List.of("gc"),
        readings -> collectors.forEach(gc -> readings.read(gc.getCollectionCount(), gc.getName())));
    metrics.counters(
        "jvm_gc_seconds_total",
        "Seconds spent in garbage collections.",
        List.of("gc"),
        readings ->
            collectors.forEach(
                gc -> readings.read(gc.getCollectionTime() / MS_PER_SECOND, gc.getName())));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    metrics.gauge("jvm_threads_current", "Platform threads.", threads::getThreadCount);
  }

  private static void registerProcess(Metrics metrics) {
    double startSeconds = ManagementFactory.getRuntimeMXBean().getStartTime() / MS_PER_SECOND;
    metrics.gauge("process_start_time_seconds", "Start of the process.", () -> startSeconds);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      metrics.gauge("process_open_fds", "Open descriptors.", unix::getOpenFileDescriptorCount);
      metrics.gauge("process_max_fds", "Descriptor limit.", unix::getMaxFileDescriptorCount);
      metrics.counter(
          "process_cpu_seconds_total",
          "User and system time of the process.",
          () -> unix.getProcessCpuTime() / NS_PER_SECOND);
    }
    metrics.gauge(
        "process_resident_memory_bytes", "Resident memory.", ProcessMetrics::residentBytes);
  }

  /** Second field of {@code /proc/self/statm}, in pages; NaN where there is no such file. */
  private static double residentBytes() {
    try {
      String[] fields = Files.readString(Path.of("/proc/self/statm")).split(" ", 3);
      return Double.parseDouble(fields[1]) * PAGE_BYTES;
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}
