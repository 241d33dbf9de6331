package app.seventv.api.uploads;

import app.seventv.model.Id;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.EventQueue;
import app.seventv.model.imageprocessor.Events;
import app.seventv.model.imageprocessor.Input;
import app.seventv.model.imageprocessor.InputUpload;
import app.seventv.model.imageprocessor.Limits;
import app.seventv.model.imageprocessor.Output;
import app.seventv.model.imageprocessor.OutputFormat;
import app.seventv.model.imageprocessor.OutputFormatOptions;
import app.seventv.model.imageprocessor.OutputQuality;
import app.seventv.model.imageprocessor.ProcessImageRequest;
import app.seventv.model.imageprocessor.ResizeAlgorithm;
import app.seventv.model.imageprocessor.ResizeMethod;
import app.seventv.model.imageprocessor.Scaling;
import app.seventv.model.imageprocessor.Task;
import com.google.protobuf.UnsafeByteOperations;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * Requests to the image processor, exactly as its peers know them (api-v4.md §15.1,
 * image-processor.md §9.1).
 *
 * @param inputDrive drive of originals
 * @param outputDrive drive of the public files
 * @param eventQueue name of the queue that results go to
 * @param topicPrefix prefix of the results' subjects
 */
public record ImageTasks(
    String inputDrive, String outputDrive, String eventQueue, String topicPrefix) {
  private static final int PRIORITY = 5;
  private static final int MAX_FRAMES = 1000;
  private static final List<Integer> SCALES = List.of(1, 2, 3, 4);
  private static final double MIN_ASPECT_RATIO = 1.0 / 32;
  private static final double MAX_ASPECT_RATIO = 3;

  /** A new emote's image. */
  public ProcessImageRequest emote(Id emote, InetAddress uploadIp, byte[] image) {
    Job job =
        new Job(
            "emote/" + emote,
            "emote." + emote,
            Map.of("emote_id", emote.toString(), "upload_ip", uploadIp.getHostAddress()),
            Bounds.EMOTE);
    return upload(job, image);
  }

  /** A new profile picture. */
  public ProcessImageRequest profilePicture(
      Id user, Id picture, InetAddress uploadIp, byte[] image) {
    Job job =
        new Job(
            "user/" + user + "/profile-picture/" + picture,
            "profile-picture." + picture,
            Map.of("user_id", user.toString(), "upload_ip", uploadIp.getHostAddress()),
            Bounds.EMOTE);
    return upload(job, image);
  }

  /** The image of a paint's layer. */
  public ProcessImageRequest paintLayer(Id paint, Id layer, byte[] image) {
    return upload(paintJob(paint, layer), image);
  }

  /** The image of a paint's layer again, from its stored original. */
  public ProcessImageRequest paintLayerAgain(Id paint, Id layer, String inputPath) {
    return again(paintJob(paint, layer), inputPath);
  }

  /** The image of a badge again, from its stored original. */
  public ProcessImageRequest badgeAgain(Id badge, String inputPath) {
    Job job =
        new Job(
            "badge/" + badge, "badge." + badge, Map.of("badge_id", badge.toString()), Bounds.BADGE);
    return again(job, inputPath);
  }

  private static Job paintJob(Id paint, Id layer) {
    return new Job(
        "paint/" + paint + "/layer/" + layer,
        "paint-layer." + paint + "." + layer,
        Map.of("paint_id", paint.toString(), "layer_id", layer.toString()),
        Bounds.PAINT);
  }

  /** What is made of an image, and how large it may be. */
  private record Bounds(int baseHeightPx, int maxSidePx, boolean wide) {
    static final Bounds EMOTE = new Bounds(32, 1000, false);
    static final Bounds PAINT = new Bounds(32, 1500, true);
    static final Bounds BADGE = new Bounds(18, 1000, false);
  }

  /**
   * One image.
   *
   * @param folder where its files go
   * @param topic end of the results' subject
   */
  private record Job(String folder, String topic, Map<String, String> metadata, Bounds bounds) {}

  private ProcessImageRequest upload(Job job, byte[] image) {
    DrivePath input = path(inputDrive, job.folder + "/input.{ext}", "private");
    return ProcessImageRequest.newBuilder()
        .setTask(task(job))
        .setPriority(PRIORITY)
        .setInputUpload(
            InputUpload.newBuilder()
                .setBinary(UnsafeByteOperations.unsafeWrap(image))
                .setDrivePath(input))
        .build();
  }

  private ProcessImageRequest again(Job job, String inputPath) {
    DrivePath input = DrivePath.newBuilder().setDrive(inputDrive).setPath(inputPath).build();
    return ProcessImageRequest.newBuilder()
        .setTask(task(job).toBuilder().setInput(Input.newBuilder().setDrivePath(input)))
        .setPriority(PRIORITY)
        .build();
  }

  private Task task(Job job) {
    return Task.newBuilder()
        .setOutput(output(job.folder, job.bounds))
        .setEvents(events(topicPrefix + "." + job.topic, job.metadata))
        .setLimits(
            Limits.newBuilder()
                .setMaxInputFrameCount(MAX_FRAMES)
                .setMaxInputWidth(job.bounds.maxSidePx)
                .setMaxInputHeight(job.bounds.maxSidePx))
        .build();
  }

  private Output output(String prefix, Bounds bounds) {
    Output.Builder output =
        Output.newBuilder()
            .setDrivePath(path(outputDrive, prefix + "/{scale}x{static}.{ext}", "public-read"))
            .addFormats(format(OutputFormat.WebpAnim, OutputQuality.OutputQualityAuto))
            .addFormats(format(OutputFormat.WebpStatic, OutputQuality.OutputQualityLossless))
            .addFormats(format(OutputFormat.AvifAnim, OutputQuality.OutputQualityAuto))
            .addFormats(format(OutputFormat.AvifStatic, OutputQuality.OutputQualityAuto))
            .addFormats(format(OutputFormat.GifAnim, OutputQuality.OutputQualityAuto))
            .addFormats(format(OutputFormat.PngStatic, OutputQuality.OutputQualityAuto))
            .setUpscale(true)
            .setSkipImpossibleFormats(true)
            .setResizeMethod(ResizeMethod.ResizeMethodFit)
            .setResizeAlgorithm(ResizeAlgorithm.ResizeAlgorithmLanczos3)
            .setMinAspectRatio(MIN_ASPECT_RATIO)
            .setScaling(
                Scaling.newBuilder().setBaseHeight(bounds.baseHeightPx).addAllScales(SCALES));
    if (!bounds.wide) {
      output.setMaxAspectRatio(MAX_ASPECT_RATIO);
    }
    return output.build();
  }

  private Events events(String topic, Map<String, String> metadata) {
    EventQueue queue = EventQueue.newBuilder().setName(eventQueue).setTopic(topic).build();
    return Events.newBuilder()
        .setOnSuccess(queue)
        .setOnFailure(queue)
        .setOnCancel(queue)
        .setOnStart(queue)
        .putAllMetadata(metadata)
        .build();
  }

  private static OutputFormatOptions format(OutputFormat format, OutputQuality quality) {
    return OutputFormatOptions.newBuilder().setFormat(format).setQuality(quality).build();
  }

  private static DrivePath path(String drive, String path, String acl) {
    return DrivePath.newBuilder().setDrive(drive).setPath(path).setAcl(acl).build();
  }
}
