package app.seventv.api.uploads;

import app.seventv.model.Id;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.EventQueue;
import app.seventv.model.imageprocessor.Events;
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
import com.google.protobuf.ByteString;
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
  private static final int MAX_SIDE_PX = 1000;
  private static final int EMOTE_BASE_HEIGHT_PX = 32;
  private static final List<Integer> SCALES = List.of(1, 2, 3, 4);
  private static final double MIN_ASPECT_RATIO = 1.0 / 32;
  private static final double MAX_ASPECT_RATIO = 3;

  /** A new emote's image. */
  public ProcessImageRequest emote(Id emote, InetAddress uploadIp, byte[] image) {
    String prefix = "emote/" + emote;
    Map<String, String> metadata =
        Map.of("emote_id", emote.toString(), "upload_ip", uploadIp.getHostAddress());
    return request(
        prefix,
        UnsafeByteOperations.unsafeWrap(image),
        events(topicPrefix + ".emote." + emote, metadata),
        EMOTE_BASE_HEIGHT_PX);
  }

  private ProcessImageRequest request(
      String prefix, ByteString image, Events events, int baseHeightPx) {
    DrivePath input = path(inputDrive, prefix + "/input.{ext}", "private");
    Task task =
        Task.newBuilder()
            .setOutput(output(prefix, baseHeightPx))
            .setEvents(events)
            .setLimits(
                Limits.newBuilder()
                    .setMaxInputFrameCount(MAX_FRAMES)
                    .setMaxInputWidth(MAX_SIDE_PX)
                    .setMaxInputHeight(MAX_SIDE_PX))
            .build();
    return ProcessImageRequest.newBuilder()
        .setTask(task)
        .setPriority(PRIORITY)
        .setInputUpload(InputUpload.newBuilder().setBinary(image).setDrivePath(input))
        .build();
  }

  private Output output(String prefix, int baseHeightPx) {
    return Output.newBuilder()
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
        .setMaxAspectRatio(MAX_ASPECT_RATIO)
        .setScaling(Scaling.newBuilder().setBaseHeight(baseHeightPx).addAllScales(SCALES))
        .build();
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
