package app.seventv.cdn.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it writes: what a successor reads is right or not there. */
class DiskKillTest {
  private static final int KEYS = 100;
  private static final int ROUNDS = 10;
  private static final long VERSIONS_PER_ROUND = 1_000_000;
  private static final long CAPACITY = 8L * TestObjects.SEGMENT_BYTES;

  @TempDir Path directory = Path.of(".");

  /** The process. */
  static final class Writer {
    private Writer() {}

    /**
     * Writes and purges for ever; prints each purge that is confirmed, with the versions it covers.
     *
     * @param args folder, seed
     */
    public static void main(String[] args) {
      long seed = Long.parseLong(args[1]);
      Random random = new Random(seed);
      DiskTier tier =
          DiskTier.open(
              TestObjects.options(Path.of(args[0]), CAPACITY),
              new UnpooledByteBufAllocator(true),
              key -> key.hashCode() % 3 == 0);
      await().pollInterval(1, TimeUnit.MILLISECONDS).until(tier::isOpen);
      System.out.println("writing");
      for (long version = seed * VERSIONS_PER_ROUND; ; version++) {
        String key = TestObjects.key(random.nextInt(KEYS));
        if (random.nextInt(50) == 0) {
          tier.purge(key).join();
          System.out.println(key + " " + version);
        } else {
          tier.write(key, TestObjects.object(key, version), TestObjects.ALWAYS);
        }
      }
    }
  }

  @Test
  void killedWhileWriting() throws Exception {
    Map<String, Long> purged = new HashMap<>();
    long wrong = 0;
    long read = 0;
    long rebuildMs = 0;
    for (int seed = 1; seed <= ROUNDS; seed++) {
      writeAndKill(seed, purged);
      long startNs = System.nanoTime();
      DiskTier tier =
          DiskTier.open(
              TestObjects.options(directory, CAPACITY),
              new UnpooledByteBufAllocator(true),
              key -> false);
      await().pollInterval(1, TimeUnit.MILLISECONDS).until(tier::isOpen);
      rebuildMs = Math.max(rebuildMs, (System.nanoTime() - startNs) / 1_000_000);
      for (int i = 0; i < KEYS; i++) {
        String key = TestObjects.key(i);
        DiskObject object = tier.read(key).join();
        if (object != null) {
          read++;
          long version = TestObjects.version(key, object.body());
          object.body().release();
          wrong += version <= purged.getOrDefault(key, -1L) ? 1 : 0;
        }
      }
      tier.close();
    }
    System.out.println("figure: cdn-disk-rebuild-after-kill-ms " + rebuildMs + " ms");
    System.out.println("figure: cdn-wrong-bytes " + wrong);
    assertThat(wrong).isZero();
    assertThat(read).isGreaterThan(ROUNDS * KEYS / 4L);
    assertThat(purged).hasSizeGreaterThan(10);
  }

  private void writeAndKill(int seed, Map<String, Long> purged)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx128m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Writer.class.getName(),
                    directory.toString(),
                    Integer.toString(seed)))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int lines = 1 + new Random(seed).nextInt(300);
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        String[] words = line.split(" ", -1);
        if (words.length == 2 && words[0].startsWith("emote/")) {
          purged.put(words[0], Long.parseLong(words[1]));
        }
        lines--;
        if (lines == 0) {
          process.toHandle().destroyForcibly(); // kill -9, and what it printed is still read
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
