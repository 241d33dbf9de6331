package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.imageprocessor.Crop;
import app.seventv.model.imageprocessor.Limits;
import app.seventv.model.imageprocessor.OutputFormat;
import app.seventv.model.imageprocessor.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that a camera held otherwise come out upright, as libvips turns them. */
class OrientationTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 48;

  @TempDir Path made;
  @TempDir Path workDir;

  private final Tools tools = new Tools(Tools.Sandbox.LIMITS, Duration.ofSeconds(30));
  private final Pipeline pipeline = new Pipeline(tools, Runnable::run, (stage, nanos) -> {});
  private byte[] jpeg;

  @BeforeEach
  void makeJpeg() throws Exception {
    String file = made.resolve("s.jpg").toString();
    String source = "testsrc2=size=%dx%d".formatted(WIDTH, HEIGHT);
    ToolOutput.of(
        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", "-q:v", "2", file);
    jpeg = Files.readAllBytes(made.resolve("s.jpg"));
  }

  /** Exif data with the orientation as its second and last field. */
  private static byte[] exif(int orientation, ByteOrder order) {
    ByteBuffer exif = ByteBuffer.allocate(38).order(order);
    exif.putShort((short) (order == ByteOrder.BIG_ENDIAN ? 0x4d4d : 0x4949));
    exif.putShort((short) 42).putInt(8).putShort((short) 2);
    exif.putShort((short) 0x0100).putShort((short) 3).putInt(1).putInt(0);
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    return exif.array();
  }

  /** The JPEG with an application segment in front of everything else. */
  private byte[] withExif(byte[] exif) {
    ByteBuffer result = ByteBuffer.allocate(jpeg.length + 10 + exif.length);
    result.put(jpeg, 0, 2).putShort((short) 0xffe1).putShort((short) (8 + exif.length));
    result.put(new byte[] {'E', 'x', 'i', 'f', 0, 0}).put(exif);
    return result.put(jpeg, 2, jpeg.length - 2).array();
  }

  private byte[] oriented(int orientation) {
    return withExif(exif(orientation, ByteOrder.BIG_ENDIAN));
  }

  private Frame decode(byte[] data) {
    InputFormat format = InputFormat.sniff(data);
    ImageHeader header = Decoders.readHeader(format, data, Limits.getDefaultInstance());
    try (FrameReader reader =
        new Decoders(tools).open(format, data, header, new JobControl(), workDir)) {
      Frame frame = Objects.requireNonNull(reader.next()).copy();
      assertThat(reader.next()).isNull();
      assertThat(header.width()).isEqualTo(frame.width());
      assertThat(header.height()).isEqualTo(frame.height());
      return frame;
    }
  }

  private Frame turnedByVips(byte[] data, String name) throws Exception {
    Path png = made.resolve("turned.png");
    Files.write(made.resolve(name), data);
    ToolOutput.of("vips", "autorot", made.resolve(name).toString(), png.toString());
    return Objects.requireNonNull(PngDecoder.open(Files.readAllBytes(png)).next());
  }

  private static void assertClose(Frame expected, Frame actual) {
    assertThat(actual.width()).isEqualTo(expected.width());
    assertThat(actual.height()).isEqualTo(expected.height());
    long difference = 0;
    for (int i = 0; i < expected.argb().length; i++) {
      for (int shift = 0; shift < 24; shift += 8) {
        int a = expected.argb()[i] >> shift & 0xff;
        difference += Math.abs(a - (actual.argb()[i] >> shift & 0xff));
      }
    }
    // Two decoders of JPEG differ in how they enlarge the colours.
    assertThat(difference / (3.0 * expected.argb().length)).isLessThan(10);
  }

  @Test
  void everyOrientationOfAJpeg() throws Exception {
    for (int orientation = 1; orientation <= 8; orientation++) {
      for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
        byte[] data = withExif(exif(orientation, order));
        assertClose(turnedByVips(data, "e.jpg"), decode(data));
      }
    }
  }

  @Test
  void brokenExifDataTurnsNothing() throws Exception {
    Frame upright = decode(jpeg);
    byte[] whole = exif(6, ByteOrder.BIG_ENDIAN);
    for (int length = 0; length < 32; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(decode(withExif(cut)).argb()).isEqualTo(upright.argb());
    }
    for (int orientation : new int[] {0, 9, 0xffff}) {
      assertThat(decode(oriented(orientation)).argb()).isEqualTo(upright.argb());
    }
    byte[] farAway = exif(6, ByteOrder.BIG_ENDIAN);
    ByteBuffer.wrap(farAway).putInt(4, Integer.MAX_VALUE);
    assertThat(decode(withExif(farAway)).argb()).isEqualTo(upright.argb());
  }

  @Test
  void sizesGoByTheTurnedPicture() {
    Pipeline.Result result =
        pipeline.run(SampleTasks.emote("e"), oriented(6), new JobControl(), workDir);
    assertThat(result.header().width()).isEqualTo(HEIGHT);
    assertThat(result.header().height()).isEqualTo(WIDTH);
    assertThat(result.outputs())
        .filteredOn(output -> output.options().getFormat() == OutputFormat.PngStatic)
        .extracting(output -> output.size().size())
        .containsExactly(new Size(16, 32), new Size(32, 64), new Size(48, 96), new Size(64, 128));
  }

  @Test
  void limitsGoByTheTurnedPicture() {
    Limits high = Limits.newBuilder().setMaxInputWidth(50).setMaxInputHeight(100).build();
    assertThat(Decoders.readHeader(InputFormat.JPEG, oriented(8), high).width()).isEqualTo(HEIGHT);
    Limits wide = Limits.newBuilder().setMaxInputWidth(100).setMaxInputHeight(50).build();
    assertThatThrownBy(() -> Decoders.readHeader(InputFormat.JPEG, oriented(8), wide))
        .isInstanceOf(JobFailure.class)
        .hasMessage("decoder: exceeded maximum input height: 96");
  }

  @Test
  void cropsAreTakenFromTheTurnedPicture() throws Exception {
    Task.Builder task = SampleTasks.emote("e").toBuilder();
    Crop crop = Crop.newBuilder().setX(16).setY(64).setWidth(32).setHeight(32).build();
    task.getOutputBuilder().setCrop(crop);
    byte[] data = oriented(6);
    Pipeline.Result result = pipeline.run(task.build(), data, new JobControl(), workDir);
    Path smallest =
        result.outputs().stream()
            .filter(output -> output.options().getFormat() == OutputFormat.PngStatic)
            .findFirst()
            .orElseThrow()
            .file();
    Frame cropped = Objects.requireNonNull(PngDecoder.open(Files.readAllBytes(smallest)).next());
    assertClose(turnedByVips(data, "e.jpg").crop(16, 64, 32, 32), cropped);
  }
}
