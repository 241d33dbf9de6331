package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.Input;
import app.seventv.model.imageprocessor.InputFileMetadata;
import app.seventv.model.imageprocessor.Output;
import app.seventv.model.imageprocessor.OutputFile;
import app.seventv.model.imageprocessor.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.types.ObjectId;

/** Does one job from download to upload (image-processor.md §5). */
final class JobRunner {
  /** The names hold the job's id, so a stored file never changes; the CDN reads {@code max-age}. */
  static final String OUTPUT_CACHE_CONTROL = "public,max-age=31536000,immutable";

  /** What gRPC lets in; also the limit of a read from a drive. */
  static final int MAX_INPUT_BYTES = 128 * 1024 * 1024;

  private final Drives drives;
  private final Pipeline pipeline;
  private final JobMetrics metrics;
  private final WorkFolder workFolder;

  JobRunner(Drives drives, Pipeline pipeline, JobMetrics metrics, WorkFolder workFolder) {
    this.drives = drives;
    this.pipeline = pipeline;
    this.metrics = metrics;
    this.workFolder = workFolder;
  }

  /**
   * Returns the success event's content.
   *
   * @throws JobFailure the fail event's content
   * @throws LeaseLost if the job is no longer ours
   */
  EventCallback.Success run(ObjectId id, Task task, JobControl control) {
    DrivePath input = inputPath(id, task.getInput());
    long start = System.nanoTime();
    byte[] data = download(input);
    metrics.stage(JobMetrics.Stage.DOWNLOAD, System.nanoTime() - start);
    Path workDir = null;
    try {
      workDir = workFolder.newJobFolder();
      Pipeline.Result result = pipeline.run(task, data, control, workDir);
      control.check();
      long encoded = System.nanoTime();
      List<OutputFile> files = upload(id, task.getOutput(), result, control);
      DrivePath stored = reupload(id, task.getOutput(), result, data, input);
      metrics.stage(JobMetrics.Stage.UPLOAD, System.nanoTime() - encoded);
      return EventCallback.Success.newBuilder()
          .setDrive(task.getOutput().getDrivePath().getDrive())
          .addAllFiles(files)
          .setInputMetadata(inputMetadata(stored, result, data.length))
          .build();
    } catch (IOException | UncheckedIOException e) {
      throw JobFailure.internal("join error: " + e.getMessage());
    } finally {
      if (workDir != null) {
        WorkFolder.deleteAll(workDir);
      }
    }
  }

  private static DrivePath inputPath(ObjectId id, Input input) {
    if (!input.hasDrivePath()) {
      throw JobFailure.invalidInput("task.input.path: is required");
    }
    try {
      String path =
          PathTemplate.expand(input.getDrivePath().getPath(), Map.of("id", id.toHexString()));
      return input.getDrivePath().toBuilder().setPath(path).build();
    } catch (IllegalArgumentException e) {
      throw JobFailure.inputDownload(String.valueOf(e.getMessage()));
    }
  }

  private byte[] download(DrivePath input) {
    try {
      return drives.readable(input.getDrive()).read(input.getPath(), MAX_INPUT_BYTES);
    } catch (IOException | IllegalArgumentException e) {
      throw JobFailure.inputDownload(String.valueOf(e.getMessage()));
    }
  }

  private List<OutputFile> upload(
      ObjectId id, Output output, Pipeline.Result result, JobControl control) {
    boolean animated = result.outputs().stream().anyMatch(produced -> produced.frameCount() > 1);
    List<OutputFile> files = new ArrayList<>();
    for (Pipeline.Produced produced : result.outputs()) {
      files.add(describe(id, output, result, produced, animated));
    }
    checkPaths(files);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writes = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        OutputFile file = files.get(i);
        Path content = result.outputs().get(i).file();
        writes.add(executor.submit(() -> store(file, content, control)));
      }
      for (Future<?> write : writes) {
        write.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : JobFailure.outputUpload(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw JobFailure.internal("join error: interrupted");
    }
    return files;
  }

  private void store(OutputFile file, Path content, JobControl control) {
    control.check();
    DrivePath path = file.getPath();
    try {
      drives
          .writable(path.getDrive())
          .write(
              path.getPath(),
              content,
              new Drive.WriteOptions(
                  file.getContentType(),
                  OUTPUT_CACHE_CONTROL,
                  null,
                  path.hasAcl() ? path.getAcl() : null));
      metrics.output(file.getFormat(), Integer.toUnsignedLong(file.getSize()));
    } catch (IOException | IllegalArgumentException e) {
      throw JobFailure.outputUpload(String.valueOf(e.getMessage()));
    }
  }

  /** A path template may lack what tells two outputs apart; one would overwrite the other. */
  private static void checkPaths(List<OutputFile> files) {
    Set<String> paths = new HashSet<>();
    for (OutputFile file : files) {
      String path = file.getPath().getPath();
      if (!paths.add(path)) {
        throw JobFailure.invalidInput("task.output.drive_path: several outputs at " + path);
      }
    }
  }

  private OutputFile describe(
      ObjectId id,
      Output output,
      Pipeline.Result result,
      Pipeline.Produced produced,
      boolean animated) {
    OutputSize size = produced.size();
    String extension = Encoders.extension(produced.options().getFormat());
    Map<String, String> values = new HashMap<>();
    values.put("id", id.toHexString());
    values.put(
        "format",
        produced.options().hasName()
            ? produced.options().getName()
            : Encoders.name(produced.options().getFormat()));
    values.put("scale", output.hasScaling() ? Long.toString(size.scale()) : "");
    values.put("width", Long.toString(size.size().width()));
    values.put("height", Long.toString(size.size().height()));
    values.put("format_idx", Integer.toString(produced.formatIndex()));
    values.put("resize_idx", Integer.toString(size.index()));
    boolean still = Encoders.isStatic(produced.options().getFormat());
    values.put("static", still && animated ? "_static" : "");
    values.put("ext", extension);
    OutputFile.Builder file =
        OutputFile.newBuilder()
            .setPath(resolved(output.getDrivePath(), values))
            .setContentType(Encoders.contentType(produced.options().getFormat()))
            .setWidth((int) size.size().width())
            .setHeight((int) size.size().height())
            .setFrameCount(produced.frameCount())
            .setDurationMs((int) produced.durationMs())
            .setSize((int) produced.bytes())
            .setFormat(produced.options().getFormat())
            .setLoopCount(result.loopCount());
    if (output.hasScaling()) {
      file.setScale((int) size.scale());
    }
    return file.build();
  }

  private DrivePath resolved(DrivePath template, Map<String, String> values) {
    try {
      DrivePath.Builder path =
          DrivePath.newBuilder()
              .setDrive(template.getDrive())
              .setPath(PathTemplate.expand(template.getPath(), values));
      String acl = drives.acl(template);
      if (acl != null) {
        path.setAcl(acl);
      }
      return path.build();
    } catch (IllegalArgumentException e) {
      throw JobFailure.internal(String.valueOf(e.getMessage()));
    }
  }

  private DrivePath reupload(
      ObjectId id, Output output, Pipeline.Result result, byte[] data, DrivePath input) {
    if (!output.hasInputReuploadPath()) {
      return input;
    }
    DrivePath path =
        resolved(
            output.getInputReuploadPath(),
            Map.of(
                "id", id.toHexString(),
                "width", Integer.toString(result.header().width()),
                "height", Integer.toString(result.header().height()),
                "ext", result.format().extension()));
    try {
      drives
          .writable(path.getDrive())
          .write(
              path.getPath(),
              data,
              new Drive.WriteOptions(
                  result.format().mediaType(), null, null, path.hasAcl() ? path.getAcl() : null));
      return path;
    } catch (IOException | IllegalArgumentException e) {
      throw JobFailure.internal("input reupload: " + e.getMessage());
    }
  }

  private static InputFileMetadata inputMetadata(
      DrivePath path, Pipeline.Result result, int sizeBytes) {
    ImageHeader header = result.header();
    return InputFileMetadata.newBuilder()
        .setPath(path)
        .setContentType(result.format().mediaType())
        .setWidth(header.width())
        .setHeight(header.height())
        .setFrameCount(header.frameCount())
        .setDurationMs((int) header.durationMs())
        .setSize(sizeBytes)
        .setLoopCount(header.loopCount())
        .build();
  }
}
