package app.seventv.cdn.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that the kernel says is full. Where the user may mount, that is a small file system in
 * memory (ENOSPC); in any case it is a limit on the size of files (RLIMIT_FSIZE), which cuts a
 * write short at the same kind of place and then fails the next one (EFBIG).
 */
class FullDiskTest {
  private static final int OBJECTS = 2_000;
  private static final long CAPACITY = 64L * TestObjects.SEGMENT_BYTES;

  /** Less than half a segment: shells count in 512 bytes or, some, in 1,024. */
  private static final int FILE_LIMIT_BYTES = TestObjects.SEGMENT_BYTES * 3 / 8;

  private static final int DISK_BYTES = 8 * TestObjects.SEGMENT_BYTES;

  @TempDir Path directory = Path.of(".");

  /** The process that has no room. */
  static final class Writer {
    private Writer() {}

    /**
     * Writes more than fits, purges, reads everything, opens it anew and reads it again.
     *
     * @param args the folder
     */
    public static void main(String[] args) {
      AtomicLong nowNs = new AtomicLong();
      DiskTier tier = open(Path.of(args[0]), nowNs);
      for (int i = 0; i < OBJECTS; i++) {
        String key = TestObjects.key(i);
        tier.write(key, TestObjects.object(key, 1), TestObjects.ALWAYS);
        if (i % 20 == 0) {
          // One key of each batch is purged; nothing of it may come back, room or not.
          tier.purge(key).join();
          nowNs.addAndGet(DiskTier.RETRY_AFTER_ERROR.toNanos()); // it is tried again
        }
      }
      System.out.println("errors " + tier.figures().errors.sum());
      read(tier, "running");
      tier.close();
      DiskTier again = open(Path.of(args[0]), nowNs);
      read(again, "restarted");
      again.close();
    }

    private static DiskTier open(Path folder, AtomicLong nowNs) {
      DiskTier tier =
          new DiskTier(
              TestObjects.options(folder, CAPACITY),
              FileOpener.SYSTEM,
              new UnpooledByteBufAllocator(true),
              key -> false,
              nowNs::get);
      await().pollInterval(1, TimeUnit.MILLISECONDS).until(tier::isOpen);
      return tier;
    }

    private static void read(DiskTier tier, String when) {
      int right = 0;
      int wrong = 0;
      for (int i = 0; i < OBJECTS; i++) {
        String key = TestObjects.key(i);
        DiskObject object = tier.read(key).join();
        if (object != null) {
          boolean good = TestObjects.version(key, object.body()) == 1 && i % 20 != 0;
          object.body().release();
          right += good ? 1 : 0;
          wrong += good ? 0 : 1;
        }
      }
      System.out.println(when + " right " + right + " wrong " + wrong);
    }
  }

  private static List<String> writer(Path folder) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData", // a file of its own, which would meet the limit too
        "-Xmx128m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        Writer.class.getName(),
        folder.toString());
  }

  /** What a command prints, whatever it ends with. */
  private static List<String> run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader output = process.inputReader()) {
      return output.lines().toList();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static List<String> shell(String script, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(arguments);
    return command;
  }

  /** Errors there were, and no wrong byte came of them. */
  private static void assertHeldOut(List<String> output) {
    String all = String.join("\n", output);
    assertThat(all).containsPattern("errors [1-9]");
    assertThat(all).containsPattern("running right [1-9][0-9]* wrong 0");
    assertThat(all).containsPattern("restarted right [0-9]+ wrong 0");
    System.out.println("figure: cdn-wrong-bytes 0");
  }

  @Test
  void filesThatMayNotGrow() throws Exception {
    String limited = "ulimit -f " + FILE_LIMIT_BYTES / 512 + "; exec \"$@\"";
    Path folder = Files.createDirectory(directory.resolve("limited"));
    List<String> output = run(shell(limited, writer(folder)));
    assertHeldOut(output);
    assertThat(String.join("\n", output)).contains("File too large");
  }

  @Test
  void aFileSystemWithoutRoom() throws Exception {
    Path folder = Files.createDirectory(directory.resolve("small"));
    String mount = "mount -t tmpfs -o size=" + DISK_BYTES + " none " + folder;
    boolean mayMount =
        run(shell("unshare -rm sh -c '" + mount + "' && echo yes", List.of())).contains("yes");
    if (mayMount) {
      String mounted = "unshare -rm sh -c '" + mount + " && exec \"$@\"' sh \"$@\"";
      List<String> output = run(shell(mounted, writer(folder)));
      assertHeldOut(output);
      assertThat(String.join("\n", output)).contains("No space left on device");
    } else {
      // The kernel's full device: what is opened is there, and takes nothing.
      UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
      FileOpener full = (path, options) -> FileOpener.SYSTEM.open(Path.of("/dev/full"), options);
      AtomicLong nowNs = new AtomicLong();
      DiskTier tier =
          new DiskTier(
              TestObjects.options(folder, CAPACITY), full, memory, key -> false, nowNs::get);
      await().until(tier::isOpen);
      tier.write("a", TestObjects.object("a", 1), TestObjects.ALWAYS);
      tier.purge("x").join();
      assertThat(tier.figures().errors.sum()).isPositive();
      assertThat(tier.read("a").join()).isNull();
      tier.close();
    }
  }
}
