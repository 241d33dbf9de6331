package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.imageprocessor.OutputFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files made from one animated GIF, as the formats' own programs see them. */
class PipelineTest {
  private static final List<Integer> SIDES = List.of(32, 64, 96, 128);

  @TempDir static Path workDir;

  private static ExecutorService threads;
  private static Pipeline.Result result;

  @BeforeAll
  static void processOnce() {
    threads = Executors.newFixedThreadPool(2);
    Tools tools = new Tools(Tools.strongestSandbox(), Duration.ofMinutes(1));
    Pipeline pipeline = new Pipeline(tools, threads, (stage, nanos) -> {});
    result =
        pipeline.run(
            SampleTasks.emote("emote/X"), SampleGif.bytes(128, 128), new JobControl(), workDir);
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
  }

  private static List<Pipeline.Produced> produced(OutputFormat format) {
    return result.outputs().stream()
        .filter(output -> output.options().getFormat() == format)
        .toList();
  }

  @Test
  void stillsComeFirstAndEveryFormatHasFourScales() {
    List<OutputFormat> order =
        result.outputs().stream().map(o -> o.options().getFormat()).distinct().toList();
    assertThat(order)
        .containsExactly(
            OutputFormat.WebpStatic,
            OutputFormat.AvifStatic,
            OutputFormat.PngStatic,
            OutputFormat.WebpAnim,
            OutputFormat.AvifAnim,
            OutputFormat.GifAnim);
    for (OutputFormat format : order) {
      assertThat(produced(format)).extracting(o -> (int) o.size().size().width()).isEqualTo(SIDES);
      assertThat(produced(format))
          .extracting(o -> o.size().scale())
          .containsExactly(1L, 2L, 3L, 4L);
    }
  }

  @Test
  void animatedWebpKeepsFramesAndDurations() throws Exception {
    for (int i = 0; i < SIDES.size(); i++) {
      String info = ToolOutput.of("webpinfo", produced(OutputFormat.WebpAnim).get(i).file() + "");
      int side = SIDES.get(i);
      assertThat(info).contains("Canvas size %d x %d".formatted(side, side));
      assertThat(info).contains("Loop count      : 0").contains("Alpha: 1");
      assertThat(numbers(info, "Duration: (\\d+)")).isEqualTo(SampleGif.durationsMs());
    }
  }

  @Test
  void animatedAvifKeepsFramesDurationsAndAlpha() throws Exception {
    for (int i = 0; i < SIDES.size(); i++) {
      String file = produced(OutputFormat.AvifAnim).get(i).file().toString();
      String info = ToolOutput.of("avifdec", "--info", file);
      int side = SIDES.get(i);
      assertThat(info).contains("Resolution     : %dx%d".formatted(side, side));
      assertThat(info).contains("Format         : YUV444").contains("Alpha          : Not");
      assertThat(info).contains("%d timescales per second".formatted(1000));
      String packets =
          ToolOutput.of(
              "ffprobe",
              "-v",
              "error",
              "-select_streams",
              "v:0",
              "-show_entries",
              "packet=duration",
              "-of",
              "csv=p=0",
              file);
      assertThat(numbers(packets, "(\\d+)")).isEqualTo(SampleGif.durationsMs());
    }
  }

  @Test
  void gifKeepsFramesDurationsAndTransparency() throws Exception {
    for (int i = 0; i < SIDES.size(); i++) {
      String file = produced(OutputFormat.GifAnim).get(i).file().toString();
      String info = ToolOutput.of("gifsicle", "--info", file);
      int side = SIDES.get(i);
      assertThat(info).contains("24 images").contains("logical screen %dx%d".formatted(side, side));
      assertThat(info).contains("loop forever").contains("transparent");
      List<Integer> hundredths = SampleGif.durationsMs().stream().map(ms -> ms / 10).toList();
      assertThat(numbers(info, "delay 0\\.(\\d\\d)s")).isEqualTo(hundredths);
    }
  }

  @Test
  void stillsAreTheFirstFrameWithItsTransparency() throws Exception {
    for (int i = 0; i < SIDES.size(); i++) {
      int side = SIDES.get(i);
      Frame expected = png(produced(OutputFormat.PngStatic).get(i).file());
      assertThat(expected.width()).isEqualTo(side);
      assertThat(expected.argb()[0]).isZero();
      assertThat(expected.argb()[side / 2 * side + side / 3] >>> 24).isEqualTo(0xff);

      Path webp = workDir.resolve("webp" + i + ".png");
      ToolOutput.of(
          "dwebp", "-quiet", produced(OutputFormat.WebpStatic).get(i).file() + "", "-o", webp + "");
      assertSameVisible(expected, png(webp), 0);

      Path avif = workDir.resolve("avif" + i + ".png");
      ToolOutput.of("avifdec", produced(OutputFormat.AvifStatic).get(i).file() + "", avif + "");
      assertSameVisible(expected, png(avif), 40);
    }
  }

  private static Frame png(Path file) throws IOException {
    return Objects.requireNonNull(PngDecoder.open(Files.readAllBytes(file)).next());
  }

  /** Alpha must be exact; colours may differ by {@code tolerance} where they can be seen. */
  private static void assertSameVisible(Frame expected, Frame actual, int tolerance) {
    assertThat(actual.argb()).hasSameSizeAs(expected.argb());
    for (int i = 0; i < expected.argb().length; i++) {
      int a = expected.argb()[i];
      int b = actual.argb()[i];
      assertThat(b >>> 24).isEqualTo(a >>> 24);
      for (int shift = 0; shift < 24 && a >>> 24 == 0xff; shift += 8) {
        assertThat(Math.abs((a >> shift & 0xff) - (b >> shift & 0xff)))
            .isLessThanOrEqualTo(tolerance);
      }
    }
  }

  @Test
  void aGifOfTheSameSizeDecodesToTheSameFrames() throws IOException {
    byte[] again = Files.readAllBytes(produced(OutputFormat.GifAnim).get(3).file());
    GifDecoder decoder = GifDecoder.open(again);
    for (int i = 0; i < SampleGif.FRAMES; i++) {
      Frame source = SampleGif.frame(128, 128, i);
      Frame frame = Objects.requireNonNull(decoder.next());
      int[] alphas = Arrays.stream(frame.argb()).map(p -> p >>> 24).toArray();
      assertThat(alphas).isEqualTo(Arrays.stream(source.argb()).map(p -> p >>> 24).toArray());
    }
    assertThat(decoder.next()).isNull();
  }

  private static List<Integer> numbers(String text, String pattern) {
    List<Integer> found = new ArrayList<>();
    Pattern.compile(pattern)
        .matcher(text)
        .results()
        .forEach(match -> found.add(Integer.parseInt(match.group(1))));
    return found;
  }
}
