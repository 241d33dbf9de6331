package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.imageprocessor.ErrorCode;
import app.seventv.model.imageprocessor.Limits;
import app.seventv.model.imageprocessor.Task;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile and broken uploads end with the contract's error, before any pixel is decoded. */
class BadInputTest {
  @TempDir Path workDir;

  private final Pipeline pipeline =
      new Pipeline(
          new Tools(Tools.Sandbox.LIMITS, Duration.ofSeconds(10)), Runnable::run, (s, n) -> {});

  private void assertRefused(byte[] data, Task task, String message) throws Exception {
    assertThatThrownBy(() -> pipeline.run(task, data, new JobControl(), workDir))
        .isInstanceOfSatisfying(
            JobFailure.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ErrorCodeDecode))
        .hasMessage(message);
    try (Stream<Path> files = Files.list(workDir)) {
      assertThat(files.filter(file -> !file.getFileName().toString().startsWith("input")))
          .isEmpty();
    }
  }

  /** A PNG that ends after a header of any size. */
  private static byte[] pngHeader(int width, int height) {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put("IHDR".getBytes(StandardCharsets.US_ASCII));
    header.putInt(width).putInt(height).put(new byte[] {8, 6, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(header.array());
    return ByteBuffer.allocate(33)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})
        .putInt(13)
        .put(header.array())
        .putInt((int) crc.getValue())
        .array();
  }

  @Test
  void textIsNoPicture() throws Exception {
    assertRefused(
        "just some text".getBytes(StandardCharsets.UTF_8),
        SampleTasks.emote("p"),
        "decoder: unsupported input format");
  }

  @Test
  void aHugePngIsRefusedByItsHeader() throws Exception {
    assertRefused(
        pngHeader(10_000, 10_000),
        SampleTasks.emote("p"),
        "decoder: exceeded maximum input width: 10000");
  }

  @Test
  void aHugePngIsRefusedEvenWithoutLimits() throws Exception {
    Task unlimited = SampleTasks.emote("p").toBuilder().clearLimits().build();
    assertRefused(
        pngHeader(10_000, 10_000), unlimited, "decoder: exceeded maximum input pixels: 100000000");
  }

  @Test
  void aCutGifIsRefused() throws Exception {
    byte[] whole = SampleGif.bytes(64, 64);
    for (int length : new int[] {6, 12, 40, whole.length / 2, whole.length - 10}) {
      assertRefused(
          Arrays.copyOf(whole, length),
          SampleTasks.emote("p"),
          "decoder: gif: unexpected end of data");
    }
  }

  @Test
  void aCutPngIsRefused() throws Exception {
    byte[] whole = PngEncoder.encodeSmall(SampleGif.frame(64, 64, 0));
    assertRefused(
        Arrays.copyOf(whole, whole.length - 20),
        SampleTasks.emote("p"),
        "decoder: png: unexpected end of data");
  }

  @Test
  void aDamagedPngIsRefused() throws Exception {
    byte[] whole = PngEncoder.encodeSmall(SampleGif.frame(64, 64, 0));
    whole[60] ^= 1;
    assertRefused(whole, SampleTasks.emote("p"), "decoder: png: check sum differs");
  }

  @Test
  void tooManyFramesAreRefused() throws Exception {
    Task task =
        SampleTasks.emote("p").toBuilder()
            .setLimits(Limits.newBuilder().setMaxInputFrameCount(23))
            .build();
    assertRefused(SampleGif.bytes(16, 16), task, "decoder: exceeded maximum input frame count: 24");
  }

  @Test
  void tooLongIsRefused() throws Exception {
    Task task =
        SampleTasks.emote("p").toBuilder()
            .setLimits(Limits.newBuilder().setMaxInputDurationMs(1000))
            .build();
    assertRefused(SampleGif.bytes(16, 16), task, "decoder: exceeded maximum input duration: 1440");
  }

  @Test
  void aWebpThatClaimsAHugeCanvasIsRefused() throws Exception {
    ByteArrayOutputStream webp = new ByteArrayOutputStream();
    webp.writeBytes("RIFF".getBytes(StandardCharsets.US_ASCII));
    webp.writeBytes(new byte[] {18, 0, 0, 0});
    webp.writeBytes("WEBPVP8X".getBytes(StandardCharsets.US_ASCII));
    webp.writeBytes(new byte[] {10, 0, 0, 0, 2, 0, 0, 0});
    webp.writeBytes(new byte[] {(byte) 0xfe, 0x3f, 0, (byte) 0xfe, 0x3f, 0});
    assertRefused(
        webp.toByteArray(), SampleTasks.emote("p"), "decoder: exceeded maximum input width: 16383");
  }

  @Test
  void aPictureFarLargerThanItsCanvasIsRefused() throws Exception {
    byte[] gif = {
      'G', 'I', 'F', '8', '9', 'a', 2, 0, 2, 0, 0, 0, 0, ',', 0, 0, 0, 0, 1, 1, 0, 1, 0, 2, 0, ';'
    };
    assertRefused(gif, SampleTasks.emote("p"), "decoder: gif: picture too large for its canvas");
  }

  @Test
  void aHeaderWithoutPicturesIsRefused() throws Exception {
    byte[] gif = Arrays.copyOf(SampleGif.bytes(16, 16), 33);
    gif[32] = 0x3b;
    assertRefused(gif, SampleTasks.emote("p"), "decoder: gif: no picture");
  }
}
