package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.metrics.Metrics;
import app.seventv.model.imageprocessor.AnimationConfig;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.ErrorCode;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.Input;
import app.seventv.model.imageprocessor.OutputFile;
import app.seventv.model.imageprocessor.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Animations of which fewer frames come out than their headers announce. */
class FewerFramesTest {
  @TempDir Path drive;
  @TempDir Path made;
  @TempDir Path jobFolders;

  private WorkFolder workFolder;
  private JobRunner runner;

  @BeforeEach
  void start() throws Exception {
    workFolder = WorkFolder.open(jobFolders);
    Drives drives = new Drives(List.of(new LocalDrive("s3", Drive.Mode.READ_WRITE, drive)));
    Tools tools = new Tools(Tools.Sandbox.LIMITS, Duration.ofMinutes(1));
    Pipeline pipeline = new Pipeline(tools, Runnable::run, (stage, nanos) -> {});
    runner = new JobRunner(drives, pipeline, new JobMetrics(new Metrics()), workFolder);
  }

  @AfterEach
  void stop() throws Exception {
    workFolder.close();
  }

  /** Has ffmpeg write so many frames without transparency; returns the files' path. */
  private String frames(int count, String files, String pixels) throws Exception {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-f", "lavfi"));
    command.addAll(List.of("-i", "testsrc2=size=48x36,noise=alls=40:allf=t"));
    command.addAll(List.of("-frames:v", count + "", "-pix_fmt", pixels));
    command.add(made.resolve(files).toString());
    ToolOutput.of(command.toArray(String[]::new));
    return command.getLast();
  }

  private byte[] avif(int count) throws Exception {
    String out = made.resolve("a.avif").toString();
    ToolOutput.of("avifenc", "-s", "8", frames(count, "a.y4m", "yuv444p"), "-o", out);
    return Files.readAllBytes(made.resolve("a.avif"));
  }

  /** Made of PNGs, it has a second track for transparency. */
  private byte[] avifWithAlpha(int count) throws Exception {
    byte[] avif = ofPngs(count, "t.avif", "avifenc", "-s", "8");
    assertThat(AvifHeader.read(avif, true).alphaTrack()).isNotNegative();
    return avif;
  }

  private byte[] webp(int count) throws Exception {
    return ofPngs(count, "a.webp", "img2webp", "-lossy");
  }

  private byte[] ofPngs(int count, String name, String... encoder) throws Exception {
    String pattern = frames(count, "%d.png", "rgb24");
    List<String> command = new ArrayList<>(List.of(encoder));
    for (int i = 1; i <= count; i++) {
      command.add(pattern.formatted(i));
    }
    command.addAll(List.of("-o", made.resolve(name).toString()));
    ToolOutput.of(command.toArray(String[]::new));
    return Files.readAllBytes(made.resolve(name));
  }

  private static byte[] cut(byte[] whole) {
    return Arrays.copyOf(whole, whole.length - 10);
  }

  private static Task.Builder task() {
    Task.Builder task = SampleTasks.emote("out").toBuilder();
    return task.setInput(
        Input.newBuilder().setDrivePath(DrivePath.newBuilder().setDrive("s3").setPath("input")));
  }

  private EventCallback.Success run(byte[] input, Task.Builder task) throws Exception {
    Files.write(drive.resolve("input"), input);
    return runner.run(new ObjectId(), task.build(), new JobControl());
  }

  private void assertRefused(ThrowingCallable job, ErrorCode code, String message) {
    assertThatThrownBy(job)
        .isInstanceOfSatisfying(
            JobFailure.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageStartingWith(message);
    assertThat(drive.resolve("out")).doesNotExist();
  }

  /** The twelve files of a still, under a still's names. */
  private void assertStill(EventCallback.Success success) {
    List<String> expected = new ArrayList<>();
    for (String extension : List.of("webp", "avif", "png")) {
      for (int scale = 1; scale <= 4; scale++) {
        expected.add("out/%dx.%s".formatted(scale, extension));
      }
    }
    assertThat(success.getFilesList())
        .extracting(file -> file.getPath().getPath())
        .containsExactlyElementsOf(expected);
    assertThat(success.getFilesList()).extracting(OutputFile::getFrameCount).containsOnly(1);
    assertThat(expected).allSatisfy(path -> assertThat(drive.resolve(path)).exists());
  }

  @Test
  void anAnimationThatBreaksAfterItsFirstFrameIsAStill() throws Exception {
    byte[] cut = cut(avif(2));
    assertThat(AvifHeader.read(cut, true).image().frameCount()).isEqualTo(2);
    EventCallback.Success success = run(cut, task());
    assertStill(success);
    assertThat(success.getInputMetadata().getFrameCount()).isEqualTo(1);
    assertThat(success.getInputMetadata().getDurationMs()).isZero();
  }

  @Test
  void transparencyThatGoesOnDoesNotRepeatTheLastFrame() throws Exception {
    assertStill(run(cut(avifWithAlpha(2)), task()));
  }

  @Test
  void anAnimationThatBreaksLaterEndsThere() throws Exception {
    EventCallback.Success success = run(cut(avif(3)), task());
    assertThat(success.getInputMetadata().getFrameCount()).isEqualTo(2);
    assertThat(success.getFilesList()).hasSize(24);
    assertThat(success.getFilesList()).extracting(OutputFile::getFrameCount).containsOnly(1, 2);
    assertThat(success.getFilesList()).extracting(OutputFile::getPath).doesNotHaveDuplicates();
  }

  @Test
  void aFormatThatBecameImpossibleIsRefusedUnlessItMayBeSkipped() throws Exception {
    byte[] cut = cut(avif(2));
    Task.Builder strict = task();
    strict.getOutputBuilder().setSkipImpossibleFormats(false);
    assertRefused(() -> run(cut, strict), ErrorCode.ErrorCodeInvalidInput, "impossible output");
  }

  @Test
  void twoFramesWithoutTransparencyAreAnAnimation() throws Exception {
    EventCallback.Success success = run(webp(2), task());
    assertThat(success.getFilesList()).hasSize(24);
    assertThat(success.getFilesList()).extracting(OutputFile::getPath).doesNotHaveDuplicates();
    assertThat(success.getFilesList()).extracting(OutputFile::getFrameCount).containsOnly(1, 2);
  }

  @Test
  void aCutWebpIsRefused() throws Exception {
    byte[] cut = cut(webp(2));
    assertRefused(() -> run(cut, task()), ErrorCode.ErrorCodeDecode, "decoder: vips: exit");
  }

  @Test
  void anAnimationLeftWithOneFrameIsAStill() throws Exception {
    Task.Builder task = task();
    task.getOutputBuilder().setAnimationConfig(AnimationConfig.newBuilder().addRemoveFrameIdxs(1));
    assertStill(run(avif(2), task));
  }

  @Test
  void outputsThatWouldOverwriteEachOtherAreRefused() throws Exception {
    Task.Builder task = task();
    task.getOutputBuilder().getDrivePathBuilder().setPath("out/{format}.{ext}");
    assertRefused(
        () -> run(PngEncoder.encodeFast(SampleGif.frame(32, 32, 0)), task),
        ErrorCode.ErrorCodeInvalidInput,
        "task.output.drive_path: several outputs at out/webp_static.webp");
  }
}
