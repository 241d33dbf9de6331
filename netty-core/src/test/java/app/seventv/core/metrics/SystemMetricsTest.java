package app.seventv.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's figures, of a machine made of files. */
class SystemMetricsTest {
  @TempDir Path root = Path.of(".");
  private final Metrics metrics = new Metrics();

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<String> read() throws IOException {
    SystemMetrics.register(metrics, root);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    metrics.write(null, out);
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("system_"))
        .toList();
  }

  @Test
  void memoryIsInBytes() throws Exception {
    file(
        "proc/meminfo",
        """
        MemTotal:       1000 kB
        MemFree:         100 kB
        Buffers:          50 kB
        Cached:          200 kB
        Shmem:             7 kB
        SReclaimable:     20 kB
        HugePages_Total:       0
        """);
    assertThat(read())
        .contains(
            "system_memory{kind=\"Total\"} 1024000.0",
            "system_memory{kind=\"Free\"} 102400.0",
            "system_memory{kind=\"Used\"} 645120.0",
            "system_memory{kind=\"Shared\"} 7168.0",
            "system_memory{kind=\"Buffers\"} 51200.0",
            "system_memory{kind=\"Cached\"} 225280.0");
  }

  @Test
  void processorsAreToldOneByOne() throws Exception {
    file(
        "proc/stat",
        """
        cpu  30 3 5 7 9 11 13 15 17 19
        cpu0 10 1 2 3 4 5 6 7 8 9
        cpu11 20 2 3 4
        intr 123 4 5
        ctxt 456
        btime 1
        processes 789
        procs_running 2
        procs_blocked 1
        softirq 321 0
        """);
    file("sys/devices/system/cpu/cpu0/topology/core_id", "0\n");
    file("sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n");
    file("sys/devices/system/cpu/cpu11/topology/core_id", "0\n");
    file("sys/devices/system/cpu/cpu11/topology/physical_package_id", "0\n");
    List<String> lines = read();
    assertThat(lines)
        .contains(
            "system_cpu_times{core=\"0\",kind=\"Core\"} 0.0",
            "system_cpu_times{core=\"0\",kind=\"User\"} 10.0",
            "system_cpu_times{core=\"0\",kind=\"IoWait\"} 4.0",
            "system_cpu_times{core=\"0\",kind=\"GuestNice\"} 9.0",
            "system_cpu_times{core=\"11\",kind=\"Core\"} 11.0",
            "system_cpu_times{core=\"11\",kind=\"Idle\"} 4.0",
            "system_cpu_stats{kind=\"Interrupts\"} 123.0",
            "system_cpu_stats{kind=\"CtxSwitches\"} 456.0",
            "system_cpu_stats{kind=\"SoftInterrupts\"} 321.0",
            "system_cpu_stats{kind=\"Processes\"} 789.0",
            "system_cpu_stats{kind=\"ProcsRunning\"} 2.0",
            "system_cpu_stats{kind=\"ProcsBlocked\"} 1.0",
            "system_cpu_count{kind=\"Physical\"} 1.0",
            "system_cpu_count{kind=\"Logical\"} 2.0");
    assertThat(lines.stream().filter(line -> line.startsWith("system_cpu_times")))
        .as("an old kernel has fewer columns")
        .hasSize(11 + 5);
  }

  @Test
  void loadUptimeAndInterfaces() throws Exception {
    file("proc/loadavg", "0.50 1.25 2.00 3/100 4242\n");
    file("proc/uptime", "86400.25 1.00\n");
    file(
        "proc/net/dev",
        """
        Inter-|   Receive                            |  Transmit
         face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop
            lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
        eth0:100 200 0 0 0 0 0 0 900 1000 1100 1200 0 0 0 0
        """);
    Files.createDirectories(root.resolve("sys/class/net/eth0/device"));
    assertThat(read())
        .contains(
            "system_cpu_load_avg{kind=\"One\"} 0.5",
            "system_cpu_load_avg{kind=\"Five\"} 1.25",
            "system_cpu_load_avg{kind=\"Fifteen\"} 2.0",
            "system_uptime{kind=\"Host\"} 86400.25",
            "system_network_stats{interface=\"lo\",kind=\"RxDropped\",physical=\"false\"} 4.0",
            "system_network_stats{interface=\"lo\",kind=\"TxBytes\",physical=\"false\"} 9.0",
            "system_network_stats{interface=\"eth0\",kind=\"RxBytes\",physical=\"true\"} 100.0",
            "system_network_stats{interface=\"eth0\",kind=\"TxDropped\",physical=\"true\"} 1200.0");
  }

  @Test
  void whatIsNotToldIsLeftOut() throws Exception {
    assertThat(read()).singleElement().asString().startsWith("system_uptime{kind=\"Application\"}");
  }
}
