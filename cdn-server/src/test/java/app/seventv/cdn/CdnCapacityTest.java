package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More objects than fit into memory, as clients see it (cdn.md §5.1). */
class CdnCapacityTest {
  private static final int CAPACITY = 2 << 20;
  private static final int OBJECT_BYTES = 40_000;

  /** Three times what fits. */
  private static final int OBJECTS = 3 * CAPACITY / OBJECT_BYTES;

  private static final Pattern STATUS =
      Pattern.compile(".*\"size\":(\\d+),\"entries\":(\\d+),\"remaining\":(-?\\d+),.*");

  @TempDir Path directory = Path.of(".");

  private static byte[] image(Version version, int number, int length) {
    byte[] image = new byte[length];
    Arrays.fill(image, (byte) (31 * version.number() + number));
    return image;
  }

  private static String key(Version version, int number) {
    return "badge/01F6MZGCNG000255K4X1K%d%04d/1x.webp".formatted(version.number(), number);
  }

  private static void assertWithinCapacity(Answer status) {
    Matcher figures = STATUS.matcher(status.text());
    assertThat(figures.matches()).as(status.text()).isTrue();
    long size = Long.parseLong(figures.group(1));
    assertThat(size).isBetween(CAPACITY / 2L, (long) CAPACITY);
    assertThat(Long.parseLong(figures.group(3))).isEqualTo(CAPACITY - size);
    assertThat(Long.parseLong(figures.group(2))).isBetween(10L, (long) CAPACITY / OBJECT_BYTES);
  }

  @Test
  void aScanIsServedAndKeptWithinTheCapacity() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, "cache_capacity = " + CAPACITY + "\n")) {
      for (Version version : Version.values()) {
        for (int turn = 0; turn < 2; turn++) {
          for (int i = 0; i < OBJECTS; i++) {
            byte[] image = image(version, i, OBJECT_BYTES);
            cdn.origin().put(key(version, i), image);
            assertThat(cdn.get(version, '/' + key(version, i)).body()).isEqualTo(image);
          }
          assertWithinCapacity(cdn.get(version, "/"));
        }
      }
    }
  }

  /** Its bytes pass, its place is others'. */
  @Test
  void whatIsLargerThanTheCacheIsServedEachTimeFromTheOrigin() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, "cache_capacity = " + CAPACITY + "\n")) {
      for (Version version : Version.values()) {
        byte[] image = image(version, 1, 2 * CAPACITY);
        cdn.origin().put(key(version, 1), image);
        for (int turn = 1; turn <= 2; turn++) {
          Answer answer = cdn.get(version, '/' + key(version, 1));
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo(image);
          assertThat(answer.header("cache-status")).contains("fwd=");
          assertThat(cdn.origin().calls(key(version, 1))).hasSize(turn);
        }
      }
    }
  }

  /** While bodies on their way take all memory, others pass; later they are kept as ever. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void whatFindsNoMemoryPassesUntilThereIsSome(Version version) throws Exception {
    int length = CAPACITY * 2 / 7; // three of them fit
    String key = key(version, 0);
    byte[] image = image(version, 0, length);
    CountDownLatch end = new CountDownLatch(1);
    try (CdnFixture cdn = CdnFixture.start(directory, "cache_capacity = " + CAPACITY + "\n")) {
      List<Reading> underWay = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        cdn.origin().answer(key(version, i), ScriptedOrigin.slowly(new byte[length], end));
        underWay.add(cdn.read(version, '/' + key(version, i)));
      }
      await().until(() -> underWay.stream().allMatch(reading -> reading.received() > 0));
      cdn.origin().put(key, image);
      for (int turn = 1; turn <= 2; turn++) {
        Answer answer = cdn.get(version, '/' + key);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(image);
        assertThat(answer.header("etag")).isEqualTo(ScriptedOrigin.etag(image));
        assertThat(answer.header("cache-status"))
            .isEqualTo("SevenTV; fwd=bypass; detail=no-memory");
        assertThat(cdn.origin().calls(key)).hasSize(turn);
      }
      end.countDown();
      for (Reading reading : underWay) {
        assertThat(reading.body()).isEqualTo(new byte[length]);
      }
      await()
          .until(() -> cdn.get(version, '/' + key).header("cache-status").equals("SevenTV; hit"));
    }
  }

  /** What is not kept is read from the origin no faster than its client reads it. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void largeObjectsPassAtThePaceOfTheirClient(Version version) throws Exception {
    int length = 64 << 20;
    String key = key(version, 1);
    AtomicLong sent = new AtomicLong();
    try (CdnFixture cdn = CdnFixture.start(directory, "max_object_size = 1000\n")) {
      cdn.origin()
          .answer(
              key,
              (call, out) -> {
                ScriptedOrigin.head(out, "200 OK", "content-length: " + length);
                for (byte[] piece = new byte[64 << 10]; sent.get() < length; ) {
                  out.write(piece);
                  sent.addAndGet(piece.length);
                }
              });
      try (UnreadAnswer slow = UnreadAnswer.ask(cdn, version, '/' + key)) {
        AtomicLong before = new AtomicLong();
        await() // what lies in buffers of the kernel has come
            .pollInterval(Duration.ofSeconds(1))
            .until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
        assertThat(sent.get()).isLessThan(length / 2);
        assertThat(cdn.figure("cache_direct_bytes")).isZero();
        if (version == Version.HTTP_1_1) { // the others have windows, which stay shut
          assertThat(slow.isCutOff()).isFalse();
        }
      }
      await().until(() -> cdn.figure("cache_upstream_running") == 0);
    }
  }
}
