package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.imageprocessor.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every input format, made by an independent program, comes back frame by frame. */
class DecodersTest {
  private static final int FRAMES = 4;
  private static final int WIDTH = 48;
  private static final int HEIGHT = 36;
  private static final List<Integer> DURATIONS_MS = List.of(30, 50, 70, 90);

  @TempDir Path made;
  @TempDir Path workDir;

  private final Decoders decoders =
      new Decoders(new Tools(Tools.strongestSandbox(), Duration.ofSeconds(30)));

  @BeforeEach
  void writeFrames() throws Exception {
    for (int i = 0; i < FRAMES; i++) {
      Files.write(made.resolve(i + ".png"), PngEncoder.encodeFast(source(i)));
    }
  }

  private static Frame source(int index) {
    return SampleGif.frame(WIDTH, HEIGHT, index * 5);
  }

  /** The same without transparency, which many encoders then leave out of the file. */
  private static Frame opaque(int index) {
    Frame frame = source(index);
    Arrays.setAll(frame.argb(), i -> frame.argb()[i] | 0xff000000);
    return frame;
  }

  private byte[] make(String name, List<String> command) throws Exception {
    ToolOutput.of(command.toArray(String[]::new));
    return Files.readAllBytes(made.resolve(name));
  }

  private String path(String name) {
    return made.resolve(name).toString();
  }

  /** Decodes and compares; alpha must be exact, visible colours within {@code tolerance}. */
  private ImageHeader assertDecodes(
      byte[] data, InputFormat format, List<Integer> durationsMs, boolean alpha, int tolerance) {
    return assertDecodes(data, format, durationsMs, DecodersTest::source, alpha, tolerance);
  }

  private ImageHeader assertDecodes(
      byte[] data,
      InputFormat format,
      List<Integer> durationsMs,
      IntFunction<Frame> source,
      boolean alpha,
      int tolerance) {
    assertThat(InputFormat.sniff(data)).isEqualTo(format);
    ImageHeader header = Decoders.readHeader(format, data, Limits.getDefaultInstance());
    assertThat(header.width()).isEqualTo(WIDTH);
    assertThat(header.height()).isEqualTo(HEIGHT);
    assertThat(header.frameDurationsMs()).isEqualTo(durationsMs);
    try (FrameReader reader = decoders.open(format, data, header, new JobControl(), workDir)) {
      int count = 0;
      for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
        assertSame(source.apply(count), frame, alpha, tolerance);
        count++;
      }
      assertThat(count).isEqualTo(durationsMs.size());
    }
    return header;
  }

  private static void assertSame(Frame expected, Frame actual, boolean alpha, int tolerance) {
    long difference = 0;
    long visible = 0;
    for (int i = 0; i < expected.argb().length; i++) {
      int a = expected.argb()[i];
      int b = actual.argb()[i];
      if (alpha) {
        assertThat(b >>> 24).isEqualTo(a >>> 24);
      }
      for (int shift = 0; shift < 24 && a >>> 24 == 0xff; shift += 8) {
        difference += Math.abs((a >> shift & 0xff) - (b >> shift & 0xff));
        visible++;
      }
    }
    assertThat(difference / (double) visible).isLessThanOrEqualTo(tolerance);
  }

  @Test
  void animatedWebp() throws Exception {
    List<String> command = new ArrayList<>(List.of("img2webp", "-loop", "3"));
    for (int i = 0; i < FRAMES; i++) {
      command.addAll(List.of("-d", DURATIONS_MS.get(i) + "", "-lossless", path(i + ".png")));
    }
    command.addAll(List.of("-o", path("a.webp")));
    ImageHeader header =
        assertDecodes(make("a.webp", command), InputFormat.WEBP, DURATIONS_MS, true, 0);
    assertThat(header.loopCount()).isEqualTo(3);
  }

  @Test
  void animatedWebpWithoutTransparency() throws Exception {
    for (String mode : List.of("-lossless", "-lossy")) {
      // Whole pictures only: what changes between two frames would be stored with transparency.
      List<String> command = new ArrayList<>(List.of("img2webp", "-kmin", "0", "-kmax", "1"));
      for (int i = 0; i < FRAMES; i++) {
        Files.write(made.resolve("o%d.png".formatted(i)), PngEncoder.encodeFast(opaque(i)));
        command.addAll(List.of("-d", DURATIONS_MS.get(i) + "", mode, path("o%d.png".formatted(i))));
      }
      command.addAll(List.of("-o", path("o.webp")));
      byte[] webp = make("o.webp", command);
      assertThat(ToolOutput.of("vipsheader", path("o.webp"))).contains(" 3 bands");
      int tolerance = mode.equals("-lossless") ? 0 : 12;
      assertDecodes(webp, InputFormat.WEBP, DURATIONS_MS, DecodersTest::opaque, true, tolerance);
    }
  }

  /** As some editors write stills; libwebp's own programs leave the animation away. */
  @Test
  void animatedWebpOfOneFrame() throws Exception {
    for (String mode : List.of("-lossless", "-noalpha")) {
      String file = path("s.webp");
      byte[] still = make("s.webp", List.of("cwebp", "-quiet", mode, path("0.png"), "-o", file));
      boolean lossless = mode.equals("-lossless");
      byte[] animation = animationOf(still);
      assertDecodes(animation, InputFormat.WEBP, List.of(0), lossless, lossless ? 0 : 12);
    }
  }

  /** Puts the picture chunk of a simple WebP file into the only frame of an animation. */
  private static byte[] animationOf(byte[] still) {
    int picture = still.length - 12;
    ByteBuffer webp = ByteBuffer.allocate(12 + 18 + 14 + 24 + picture);
    webp.order(ByteOrder.LITTLE_ENDIAN);
    webp.put(still, 0, 4).putInt(webp.capacity() - 8).put(still, 8, 4);
    webp.put(ascii("VP8X")).putInt(10).putInt(0x02).put(size());
    webp.put(ascii("ANIM")).putInt(6).putInt(0).putShort((short) 0);
    webp.put(ascii("ANMF")).putInt(16 + picture).put(new byte[6]).put(size());
    webp.put(new byte[] {100, 0, 0, 0}).put(still, 12, picture);
    return webp.array();
  }

  private static byte[] ascii(String type) {
    return type.getBytes(StandardCharsets.US_ASCII);
  }

  /** Width and height, less one, of 24 bits each. */
  private static byte[] size() {
    return new byte[] {WIDTH - 1, 0, 0, HEIGHT - 1, 0, 0};
  }

  @Test
  void stillWebp() throws Exception {
    for (String mode : List.of("-lossless", "-noalpha")) {
      byte[] webp =
          make("s.webp", List.of("cwebp", "-quiet", mode, path("0.png"), "-o", path("s.webp")));
      boolean lossless = mode.equals("-lossless");
      assertDecodes(webp, InputFormat.WEBP, List.of(0), lossless, lossless ? 0 : 12);
    }
  }

  @Test
  void animatedAvif() throws Exception {
    List<String> command = new ArrayList<>(List.of("avifenc", "-s", "6", "--min", "0", "--max"));
    command.addAll(List.of("4", "--minalpha", "0", "--maxalpha", "0", "--timescale", "1000"));
    for (int i = 0; i < FRAMES; i++) {
      command.addAll(List.of("--duration", DURATIONS_MS.get(i) + "", path(i + ".png")));
    }
    command.addAll(List.of("-o", path("a.avif")));
    assertDecodes(make("a.avif", command), InputFormat.AVIF_SEQUENCE, DURATIONS_MS, true, 12);
  }

  @Test
  void stillAvif() throws Exception {
    byte[] avif =
        make("s.avif", List.of("avifenc", "-s", "8", "--lossless", path("0.png"), path("s.avif")));
    assertDecodes(avif, InputFormat.AVIF, List.of(0), true, 0);
  }

  @Test
  void jpeg() throws Exception {
    byte[] jpeg =
        make(
            "s.jpg",
            List.of("ffmpeg", "-v", "error", "-i", path("0.png"), "-q:v", "2", path("s.jpg")));
    assertDecodes(jpeg, InputFormat.JPEG, List.of(0), false, 12);
  }

  @Test
  void picturesWithoutColoursOrOfMoreBits() throws Exception {
    byte[] jpeg = make("g.jpg", ffmpeg("-pix_fmt", "gray", "-q:v", "2", path("g.jpg")));
    assertGrey(jpeg, InputFormat.JPEG);
    List<String> avifenc = List.of("avifenc", "-s", "8", "--min", "0", "--max", "4");
    for (List<String> kind : List.of(List.of("-y", "400"), List.of("-y", "400", "-d", "10"))) {
      make("grey.png", ffmpeg("-pix_fmt", "gray", path("grey.png")));
      List<String> still = new ArrayList<>(avifenc);
      still.addAll(kind);
      List<String> sequence = new ArrayList<>(still);
      still.addAll(List.of(path("grey.png"), "-o", path("g.avif")));
      assertGrey(make("g.avif", still), InputFormat.AVIF);
      sequence.addAll(List.of(path("grey.png"), path("grey.png"), "-o", path("g.avif")));
      assertGrey(make("g.avif", sequence), InputFormat.AVIF_SEQUENCE);
    }
  }

  private List<String> ffmpeg(String... output) {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y"));
    command.addAll(List.of("-i", path("0.png")));
    command.addAll(List.of(output));
    return command;
  }

  /** Every frame is the first one in shades of grey. */
  private void assertGrey(byte[] data, InputFormat format) {
    ImageHeader header = Decoders.readHeader(format, data, Limits.getDefaultInstance());
    assertDecodes(data, format, header.frameDurationsMs(), i -> grey(), true, 12);
  }

  private static Frame grey() {
    Frame frame = source(0);
    Arrays.setAll(
        frame.argb(),
        i -> {
          int argb = frame.argb()[i];
          int red = argb >> 16 & 0xff;
          int luma = (red * 299 + (argb >> 8 & 0xff) * 587 + (argb & 0xff) * 114) / 1000;
          return 0xff000000 | luma * 0x10101;
        });
    return frame;
  }

  @Test
  void animatedPng() throws Exception {
    byte[] apng =
        make(
            "a.apng",
            List.of(
                "ffmpeg",
                "-v",
                "error",
                "-framerate",
                "20",
                "-i",
                path("%d.png"),
                "-plays",
                "0",
                "-f",
                "apng",
                path("a.apng")));
    // Its animation chunk is not the second one: the media type says PNG, the frames are there.
    assertDecodes(apng, InputFormat.PNG, List.of(50, 50, 50, 50), true, 0);
  }

  @Test
  void gifOfAnotherEncoder() throws Exception {
    byte[] gif =
        make(
            "a.gif",
            List.of(
                "ffmpeg",
                "-v",
                "error",
                "-framerate",
                "20",
                "-i",
                path("%d.png"),
                "-lavfi",
                "split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse",
                path("a.gif")));
    assertDecodes(gif, InputFormat.GIF, List.of(50, 50, 50, 50), true, 12);
  }

  @Test
  void pngOfEveryKind() throws Exception {
    for (String kind :
        List.of("rgba", "rgba64be", "rgb24", "rgb48be", "pal8", "gray", "ya8", "monob")) {
      byte[] png =
          make(
              kind + ".png",
              List.of(
                  "ffmpeg",
                  "-v",
                  "error",
                  "-y",
                  "-i",
                  path("0.png"),
                  "-pix_fmt",
                  kind,
                  path(kind + ".png")));
      ToolOutput.of(
          "ffmpeg",
          "-v",
          "error",
          "-y",
          "-i",
          path(kind + ".png"),
          "-pix_fmt",
          "rgba",
          "-f",
          "rawvideo",
          path("raw"));
      RawPixels.assertEqual(PngDecoder.open(png).next(), Files.readAllBytes(made.resolve("raw")));
    }
  }

  @Test
  void interlacedPng() throws Exception {
    byte[] png =
        make("i.png", List.of("vips", "pngsave", path("0.png"), path("i.png"), "--interlace"));
    assertDecodes(png, InputFormat.PNG, List.of(0), true, 0);
  }

  @Test
  void aCutWebpEndsTheJobInsteadOfTheService() throws Exception {
    byte[] webp = make("c.webp", List.of("cwebp", "-quiet", path("0.png"), "-o", path("c.webp")));
    byte[] cut = Arrays.copyOf(webp, webp.length / 2);
    ImageHeader header = Decoders.readHeader(InputFormat.WEBP, cut, Limits.getDefaultInstance());
    assertThatThrownBy(
            () -> decoders.open(InputFormat.WEBP, cut, header, new JobControl(), workDir))
        .isInstanceOf(JobFailure.class)
        .hasMessageStartingWith("decoder: dwebp: exit");
  }
}
