package app.seventv.core.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Figures of the JVM and its process under the names the usual dashboards expect. */
public final class ProcessMetrics {
  private static final double MS_PER_SECOND = 1e3;
  private static final double NS_PER_SECOND = 1e9;

  private ProcessMetrics() {}

  /** Adds them all; values are read when somebody asks. */
  public static void register(Metrics metrics) {
    registerMemory(metrics);
    NettyMemory.register(metrics);
    registerCollectors(metrics);
    registerThreads(metrics);
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
        "jvm_memory_committed_bytes",
        "Bytes of a JVM memory area that the system has granted.",
        List.of("area"),
        readings -> {
          readings.read(memory.getHeapMemoryUsage().getCommitted(), "heap");
          readings.read(memory.getNonHeapMemoryUsage().getCommitted(), "nonheap");
        });
    List<MemoryPoolMXBean> memoryPools = ManagementFactory.getMemoryPoolMXBeans();
    metrics.gauges(
        "jvm_memory_pool_used_bytes",
        "Used bytes of a JVM memory pool.",
        List.of("pool"),
        readings ->
            memoryPools.forEach(pool -> readings.read(pool.getUsage().getUsed(), pool.getName())));
    List<BufferPoolMXBean> bufferPools =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    metrics.gauges(
        "jvm_buffer_pool_used_bytes",
        "Used bytes of a JVM buffer pool.",
        List.of("pool"),
        readings -> {
          for (BufferPoolMXBean pool : bufferPools) {
            readings.read(pool.getMemoryUsed(), pool.getName());
          }
        });
    metrics.gauges(
        "jvm_buffer_pool_buffers",
        "Buffers of a JVM buffer pool.",
        List.of("pool"),
        readings -> bufferPools.forEach(pool -> readings.read(pool.getCount(), pool.getName())));
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
  }

  private static void registerThreads(Metrics metrics) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    metrics.gauge("jvm_threads_current", "Platform threads.", threads::getThreadCount);
    metrics.gauge(
        "jvm_threads_daemon",
        "Platform threads that do not keep the process alive.",
        threads::getDaemonThreadCount);
    metrics.gauge("jvm_threads_peak", "Most platform threads so far.", threads::getPeakThreadCount);
    if (threads instanceof com.sun.management.ThreadMXBean hotSpot) {
      metrics.counter(
          "jvm_allocated_bytes_total",
          "Bytes allocated on the heap, by threads that have ended too.",
          hotSpot::getTotalThreadAllocatedBytes);
    }
    ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
    metrics.gauge("jvm_classes_loaded", "Classes loaded.", classes::getLoadedClassCount);
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
    metrics.gauge("process_resident_memory_bytes", "Resident memory.", () -> statusBytes("VmRSS:"));
    metrics.gauges(
        "process_memory_bytes",
        "Parts of the process's memory; what is anonymous and neither heap, non-heap, direct nor"
            + " stacks was allocated by native libraries.",
        List.of("kind"),
        readings -> {
          readings.read(statusBytes("RssAnon:"), "anonymous");
          readings.read(statusBytes("RssFile:"), "file");
          readings.read(statusBytes("VmSwap:"), "swap");
          readings.read(statusBytes("VmSize:"), "virtual");
        });
  }

  /** A line of {@code /proc/self/status}; NaN where there is no such file. Takes microseconds. */
  private static double statusBytes(String name) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(name)) {
          String kilobytes = line.substring(name.length()).replace("kB", "").strip();
          return Double.parseDouble(kilobytes) * 1024;
        }
      }
      return Double.NaN;
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}
