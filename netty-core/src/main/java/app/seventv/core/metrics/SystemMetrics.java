package app.seventv.core.metrics;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Figures of the whole machine under the names of today's image edge (cdn.md §8), from Linux's
 * {@code /proc} and {@code /sys}. What a machine does not tell is left out.
 */
public final class SystemMetrics {
  private static final double BYTES_PER_KB = 1024;
  private static final double MS_PER_SECOND = 1e3;
  private static final String KIND = "kind";

  /** Columns of a processor's line of {@code /proc/stat}, in its order (proc_stat(5)). */
  private static final List<String> CPU_TIMES =
      List.of(
          "User",
          "Nice",
          "System",
          "Idle",
          "IoWait",
          "Irq",
          "SoftIrq",
          "Steal",
          "Guest",
          "GuestNice");

  /** Lines of {@code /proc/stat} whose first number counts something. */
  private static final Map<String, String> CPU_STATS =
      Map.of(
          "intr", "Interrupts",
          "ctxt", "CtxSwitches",
          "softirq", "SoftInterrupts",
          "processes", "Processes",
          "procs_running", "ProcsRunning",
          "procs_blocked", "ProcsBlocked");

  /** First columns of either half of a line of {@code /proc/net/dev}. */
  private static final List<String> NETWORK_STATS =
      List.of("Bytes", "Packets", "Errors", "Dropped");

  private static final int NETWORK_TRANSMIT_COLUMN = 8;

  private final Path root;

  private SystemMetrics(Path root) {
    this.root = root;
  }

  /** Adds them all; values are read when somebody asks. */
  public static void register(Metrics metrics) {
    register(metrics, Path.of("/"));
  }

  /** The same of a machine whose {@code proc} and {@code sys} are in a directory. */
  static void register(Metrics metrics, Path root) {
    SystemMetrics system = new SystemMetrics(root);
    List<String> kind = List.of(KIND);
    metrics.gauges("system_memory", "Memory of the machine in bytes.", kind, system::memory);
    metrics.gauges(
        "system_cpu_times",
        "What a processor has done since the start, in ticks of the system (mostly 1/100 s).",
        List.of("core", KIND),
        system::cpuTimes);
    metrics.gauges(
        "system_cpu_load_avg",
        "Threads that run or wait, over the last minutes.",
        kind,
        system::load);
    metrics.gauges("system_cpu_count", "Processors of the machine.", kind, system::cpuCount);
    metrics.gauges(
        "system_cpu_stats", "What the kernel has counted since the start.", kind, system::cpuStats);
    metrics.gauges(
        "system_network_stats",
        "Traffic of a network interface since the start.",
        List.of("interface", "physical", KIND),
        system::network);
    metrics.gauges("system_uptime", "Seconds since the start.", kind, system::uptime);
  }

  private void memory(Metrics.Readings readings) {
    Map<String, Double> bytes = new HashMap<>();
    for (String line : lines("proc/meminfo")) {
      String[] words = words(line);
      if (words.length > 1) {
        bytes.put(words[0], Double.parseDouble(words[1]) * BYTES_PER_KB);
      }
    }
    if (!bytes.containsKey("MemTotal:")) {
      return;
    }
    double total = bytes.get("MemTotal:");
    double free = bytes.getOrDefault("MemFree:", 0.0);
    double buffers = bytes.getOrDefault("Buffers:", 0.0);
    double cached = bytes.getOrDefault("Cached:", 0.0) + bytes.getOrDefault("SReclaimable:", 0.0);
    readings.read(total, "Total");
    readings.read(free, "Free");
    readings.read(total - free - buffers - cached, "Used");
    readings.read(bytes.getOrDefault("Shmem:", 0.0), "Shared");
    readings.read(buffers, "Buffers");
    readings.read(cached, "Cached");
  }

  private void cpuTimes(Metrics.Readings readings) {
    for (String line : lines("proc/stat")) {
      if (!isProcessor(line)) {
        continue;
      }
      String[] words = words(line);
      String core = words[0].substring("cpu".length());
      readings.read(Double.parseDouble(core), core, "Core");
      for (int i = 0; i < CPU_TIMES.size() && i + 1 < words.length; i++) {
        readings.read(Double.parseDouble(words[i + 1]), core, CPU_TIMES.get(i));
      }
    }
  }

  /** Whether a line of {@code /proc/stat} is of one processor; the line of all has no number. */
  private static boolean isProcessor(String line) {
    return line.startsWith("cpu") && line.length() > 3 && Character.isDigit(line.charAt(3));
  }

  private void cpuStats(Metrics.Readings readings) {
    for (String line : lines("proc/stat")) {
      String[] words = words(line);
      String kind = CPU_STATS.get(words[0]);
      if (kind != null) {
        readings.read(Double.parseDouble(words[1]), kind);
      }
    }
  }

  private void load(Metrics.Readings readings) {
    for (String line : lines("proc/loadavg")) {
      String[] words = words(line);
      readings.read(Double.parseDouble(words[0]), "One");
      readings.read(Double.parseDouble(words[1]), "Five");
      readings.read(Double.parseDouble(words[2]), "Fifteen");
    }
  }

  private void cpuCount(Metrics.Readings readings) {
    Set<String> cores = new HashSet<>();
    int logical = 0;
    for (String line : lines("proc/stat")) {
      if (isProcessor(line)) {
        logical++;
        String topology = "sys/devices/system/cpu/" + words(line)[0] + "/topology/";
        List<String> core = lines(topology + "core_id");
        cores.add(core.isEmpty() ? line : core + " of " + lines(topology + "physical_package_id"));
      }
    }
    if (logical > 0) {
      readings.read(cores.size(), "Physical");
      readings.read(logical, "Logical");
    }
  }

  private void network(Metrics.Readings readings) {
    for (String line : lines("proc/net/dev")) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue; // the heads of the table
      }
      String name = line.substring(0, colon).strip();
      String[] columns = words(line.substring(colon + 1));
      boolean physical = Files.exists(root.resolve("sys/class/net/" + name + "/device"));
      for (int i = 0; i < NETWORK_STATS.size(); i++) {
        String isPhysical = Boolean.toString(physical);
        String stat = NETWORK_STATS.get(i);
        readings.read(Double.parseDouble(columns[i]), name, isPhysical, "Rx" + stat);
        readings.read(
            Double.parseDouble(columns[NETWORK_TRANSMIT_COLUMN + i]),
            name,
            isPhysical,
            "Tx" + stat);
      }
    }
  }

  private void uptime(Metrics.Readings readings) {
    for (String line : lines("proc/uptime")) {
      readings.read(Double.parseDouble(words(line)[0]), "Host");
    }
    readings.read(ManagementFactory.getRuntimeMXBean().getUptime() / MS_PER_SECOND, "Application");
  }

  private static String[] words(String line) {
    return line.strip().split("\\s+", -1);
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file));
    } catch (IOException notTold) {
      return List.of();
    }
  }
}
