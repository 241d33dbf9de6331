package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Crop;
import app.seventv.model.imageprocessor.Input;
import app.seventv.model.imageprocessor.InputMetadata;
import app.seventv.model.imageprocessor.Output;
import app.seventv.model.imageprocessor.OutputFormat;
import app.seventv.model.imageprocessor.OutputFormatOptions;
import app.seventv.model.imageprocessor.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/** From the bytes of an upload to the encoded files of every format and size. */
final class Pipeline {
  private final Decoders decoders;
  private final Encoders encoders;
  private final Executor encodeThreads;
  private final StageTimes times;

  /** {@code encodeThreads} bounds how many files are encoded at once, over all jobs. */
  Pipeline(Tools tools, Executor encodeThreads, StageTimes times) {
    this.decoders = new Decoders(tools);
    this.encoders = new Encoders(tools);
    this.encodeThreads = encodeThreads;
    this.times = times;
  }

  /** Hears how long each part took. */
  @FunctionalInterface
  interface StageTimes {
    void record(JobMetrics.Stage stage, long nanos);
  }

  /**
   * One encoded file.
   *
   * @param formatIndex position of the format in the request
   * @param file in the job's folder
   */
  record Produced(
      OutputFormatOptions options,
      int formatIndex,
      OutputSize size,
      Path file,
      long bytes,
      int frameCount,
      long durationMs) {}

  /**
   * Everything produced, in the order of image-processor.md §5.
   *
   * @param header of the input, without the frames that it announces and does not have
   * @param loopCount of the outputs; -1 = infinite
   */
  record Result(InputFormat format, ImageHeader header, int loopCount, List<Produced> outputs) {}

  /**
   * Does the whole work of a job between download and upload.
   *
   * @param workDir an empty folder of this job
   * @throws JobFailure with the codes of image-processor.md §8.1
   */
  Result run(Task task, byte[] data, JobControl control, Path workDir) {
    long start = System.nanoTime();
    InputFormat format = InputFormat.sniff(data);
    ImageHeader announced = Decoders.readHeader(format, data, task.getLimits());
    checkMetadata(task.getInput(), announced);
    Output output = task.getOutput();
    Size cropped = croppedSize(output, announced);
    List<OutputSize> sizes = OutputSize.plan(output, cropped);
    AnimationPlan animation = AnimationPlan.of(output.getAnimationConfig(), announced);
    Wanted wanted = wanted(task, animation);
    try {
      FrameWriter writer = new FrameWriter(output, cropped, sizes, workDir);
      int framesRead;
      try (FrameReader reader = decoders.open(format, data, announced, control, workDir)) {
        framesRead = readFrames(reader, writer, output, wanted, control);
      }
      if (wanted.stills && framesRead <= wanted.stillIndex) {
        throw stillIndexOutOfRange();
      }
      // A file may break before the frame that its header ends with: what was read counts.
      ImageHeader header =
          framesRead < wanted.frameCount() ? announced.firstFrames(framesRead) : announced;
      List<Integer> formats = possibleFormats(output, animation.framesAmong(framesRead));
      long decoded = System.nanoTime();
      times.record(JobMetrics.Stage.DECODE, decoded - start);
      Encoding encoding = new Encoding(output, header, animation, wanted.stillIndex, framesRead);
      List<Produced> outputs = encodeAll(encoding, formats, sizes, control, workDir);
      times.record(JobMetrics.Stage.ENCODE, System.nanoTime() - decoded);
      return new Result(format, header, animation.loopCount(), outputs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Which of the announced frames the possible formats need. */
  private record Wanted(
      boolean stills, int stillIndex, boolean animations, AnimationPlan animation) {
    int frameCount() {
      return animations ? animation.durationsMs().size() : stillIndex + 1;
    }

    boolean still(int index) {
      return stills && index == stillIndex;
    }

    boolean animated(int index) {
      return animations && animation.durationsMs().get(index) > 0;
    }
  }

  private static Wanted wanted(Task task, AnimationPlan animation) {
    int announced = animation.durationsMs().size();
    Output output = task.getOutput();
    List<Integer> formats = possibleFormats(output, animation.framesAmong(announced));
    int stillIndex = task.getInput().getMetadata().getStaticFrameIndex();
    if (stillIndex >= announced) {
      throw stillIndexOutOfRange();
    }
    boolean stills = formats.stream().anyMatch(i -> isStatic(output, i));
    boolean animations = formats.stream().anyMatch(i -> !isStatic(output, i));
    return new Wanted(stills, stillIndex, animations, animation);
  }

  private static JobFailure stillIndexOutOfRange() {
    return JobFailure.invalidInput("task.input.metadata.static_frame_index: out of range");
  }

  /** Returns how many of the wanted frames there were. */
  private static int readFrames(
      FrameReader reader, FrameWriter writer, Output output, Wanted wanted, JobControl control)
      throws IOException {
    int index = 0;
    while (index < wanted.frameCount()) {
      Frame frame = reader.next();
      if (frame == null) {
        break;
      }
      control.check();
      boolean still = wanted.still(index);
      boolean animated = wanted.animated(index);
      if (still || animated) {
        writer.write(crop(output, frame), index, animated, still);
      }
      index++;
    }
    return index;
  }

  private static void checkMetadata(Input input, ImageHeader header) {
    if (!input.hasMetadata()) {
      return;
    }
    InputMetadata metadata = input.getMetadata();
    if (metadata.getWidth() != header.width()) {
      throw JobFailure.invalidInput("input metadata width mismatch: " + header.width());
    }
    if (metadata.getHeight() != header.height()) {
      throw JobFailure.invalidInput("input metadata height mismatch: " + header.height());
    }
    if (metadata.hasFrameCount() && metadata.getFrameCount() != header.frameCount()) {
      throw JobFailure.invalidInput("input metadata frame count mismatch: " + header.frameCount());
    }
  }

  private static Size croppedSize(Output output, ImageHeader header) {
    if (!output.hasCrop()) {
      return new Size(header.width(), header.height());
    }
    Crop crop = output.getCrop();
    long right = Integer.toUnsignedLong(crop.getX()) + Integer.toUnsignedLong(crop.getWidth());
    long bottom = Integer.toUnsignedLong(crop.getY()) + Integer.toUnsignedLong(crop.getHeight());
    if (right > header.width() || bottom > header.height()) {
      throw JobFailure.resize("crop outside of the picture");
    }
    return new Size(crop.getWidth(), crop.getHeight());
  }

  private static Frame crop(Output output, Frame frame) {
    Crop crop = output.getCrop();
    return output.hasCrop()
        ? frame.crop(crop.getX(), crop.getY(), crop.getWidth(), crop.getHeight())
        : frame;
  }

  private static boolean isStatic(Output output, int formatIndex) {
    return Encoders.isStatic(output.getFormats(formatIndex).getFormat());
  }

  /**
   * Positions of the formats to make: stills first, then animations (image-processor.md §8), which
   * {@code animationFrames} are there for.
   */
  private static List<Integer> possibleFormats(Output output, int animationFrames) {
    List<Integer> stills = new ArrayList<>();
    List<Integer> animations = new ArrayList<>();
    for (int i = 0; i < output.getFormatsCount(); i++) {
      (isStatic(output, i) ? stills : animations).add(i);
    }
    if (animationFrames <= 1 && !animations.isEmpty()) {
      if (!output.getSkipImpossibleFormats()) {
        throw JobFailure.invalidInput("impossible output: animation of a single frame");
      }
      animations.clear();
    }
    stills.addAll(animations);
    if (stills.isEmpty()) {
      throw JobFailure.invalidInput("no possible outputs");
    }
    return stills;
  }

  /** What every encode of one job shares. */
  private record Encoding(
      Output output, ImageHeader header, AnimationPlan animation, int stillIndex, int framesRead) {
    Encoders.Frames frames(OutputFormat format, OutputSize size) {
      if (Encoders.isStatic(format)) {
        int durationMs =
            format == OutputFormat.AvifStatic ? header.frameDurationsMs().get(stillIndex) : 0;
        return new Encoders.Frames(
            List.of(FrameWriter.stillFile(size)),
            List.of(durationMs),
            size.size(),
            animation.loopCount());
      }
      List<String> files = new ArrayList<>();
      List<Integer> durationsMs = new ArrayList<>();
      for (int i = 0; i < framesRead; i++) {
        int durationMs = animation.durationsMs().get(i);
        if (durationMs > 0) {
          files.add(FrameWriter.animationFile(size, i));
          durationsMs.add(durationMs);
        }
      }
      return new Encoders.Frames(files, durationsMs, size.size(), animation.loopCount());
    }
  }

  private record Pending(
      OutputFormatOptions options, int formatIndex, OutputSize size, Encoders.Frames frames) {
    /** Relative work, so that the longest encodes start first and none is left alone at the end. */
    long cost() {
      long weight =
          switch (options.getFormat()) {
            case AvifAnim, AvifStatic -> 8;
            case PngStatic -> 0;
            default -> 1;
          };
      return weight * frames.files().size() * size.size().width() * size.size().height();
    }
  }

  private record Scheduled(long cost, FutureTask<Produced> task) {}

  private List<Produced> encodeAll(
      Encoding encoding,
      List<Integer> formats,
      List<OutputSize> sizes,
      JobControl control,
      Path workDir) {
    List<Scheduled> all = new ArrayList<>();
    for (int formatIndex : formats) {
      OutputFormatOptions options = encoding.output.getFormats(formatIndex);
      for (OutputSize size : sizes) {
        Encoders.Frames frames = encoding.frames(options.getFormat(), size);
        Pending pending = new Pending(options, formatIndex, size, frames);
        all.add(
            new Scheduled(
                pending.cost(), new FutureTask<>(() -> encode(pending, control, workDir))));
      }
    }
    all.stream()
        .sorted(Comparator.comparingLong(Scheduled::cost).reversed())
        .forEach(scheduled -> encodeThreads.execute(scheduled.task));
    List<Produced> produced = new ArrayList<>();
    RuntimeException failure = null;
    // Every encode is waited for: the job's folder is removed right after.
    for (Scheduled scheduled : all) {
      try {
        produced.add(scheduled.task.get());
      } catch (ExecutionException e) {
        if (failure == null) {
          failure =
              e.getCause() instanceof RuntimeException known
                  ? known
                  : JobFailure.internal("join error: " + e.getCause());
          control.abort(failure);
        }
      } catch (InterruptedException e) {
        failure = JobFailure.internal("join error: interrupted");
        control.abort(failure);
        Thread.currentThread().interrupt();
        break;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return produced;
  }

  private Produced encode(Pending pending, JobControl control, Path workDir) throws IOException {
    control.check();
    OutputFormat format = pending.options.getFormat();
    String name =
        "out%d_%d.%s"
            .formatted(pending.formatIndex, pending.size.index(), Encoders.extension(format));
    encoders.encode(format, pending.options.getQuality(), pending.frames, control, workDir, name);
    Path file = workDir.resolve(name);
    long durationMs = pending.frames.durationsMs().stream().mapToLong(Integer::longValue).sum();
    return new Produced(
        pending.options,
        pending.formatIndex,
        pending.size,
        file,
        Files.size(file),
        pending.frames.files().size(),
        durationMs);
  }
}
