package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.AnimationConfig;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.EventQueue;
import app.seventv.model.imageprocessor.Events;
import app.seventv.model.imageprocessor.Input;
import app.seventv.model.imageprocessor.InputMetadata;
import app.seventv.model.imageprocessor.InputUpload;
import app.seventv.model.imageprocessor.Limits;
import app.seventv.model.imageprocessor.Output;
import app.seventv.model.imageprocessor.OutputFormat;
import app.seventv.model.imageprocessor.OutputFormatOptions;
import app.seventv.model.imageprocessor.ProcessImageRequest;
import app.seventv.model.imageprocessor.Scaling;
import app.seventv.model.imageprocessor.Task;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The rules of image-processor.md §3. The first one broken is thrown as InvalidInput with the
 * field's dotted path and the reason.
 */
final class TaskValidator {
  private final Predicate<String> driveExists;
  private final Predicate<String> queueExists;

  TaskValidator(Predicate<String> driveExists, Predicate<String> queueExists) {
    this.driveExists = driveExists;
    this.queueExists = queueExists;
  }

  void check(ProcessImageRequest request) {
    require(request.hasTask(), "task", "is required");
    Task task = request.getTask();
    checkInput(task.getInput(), task.hasInput(), request.hasInputUpload());
    require(task.hasOutput(), "task.output", "is required");
    checkOutput(task.getOutput());
    checkEvents(task.getEvents());
    checkLimits(task.getLimits());
    if (request.hasInputUpload()) {
      InputUpload upload = request.getInputUpload();
      require(upload.hasDrivePath(), "input_upload.drive_path", "is required");
      checkPath("input_upload.drive_path", upload.getDrivePath(), PathTemplate.UPLOAD);
      require(!upload.getBinary().isEmpty(), "input_upload.binary", "must not be empty");
    }
  }

  private static void require(boolean holds, String field, String reason) {
    if (!holds) {
      throw JobFailure.invalidInput(field + ": " + reason);
    }
  }

  private static void notZero(boolean present, int value, String field) {
    require(!present || value != 0, field, "must not be 0");
  }

  private static void noZeros(List<Integer> values, String field) {
    require(!values.isEmpty(), field, "must not be empty");
    for (int i = 0; i < values.size(); i++) {
      require(values.get(i) != 0, "%s[%d]".formatted(field, i), "must not be 0");
    }
  }

  private void checkPath(String field, DrivePath path, Set<String> variables) {
    require(
        driveExists.test(path.getDrive()),
        field + ".drive",
        "drive '" + path.getDrive() + "' does not exist");
    PathTemplate.check(field + ".path", path.getPath(), variables);
  }

  private void checkInput(Input input, boolean present, boolean upload) {
    require(present || upload, "task.input", "is required");
    switch (input.getPathCase()) {
      case DRIVE_PATH -> {
        require(!upload, "task.input.path", "must not be set with an upload");
        checkPath("task.input.drive_path", input.getDrivePath(), PathTemplate.ID);
      }
      case PUBLIC_URL -> {
        require(!upload, "task.input.path", "must not be set with an upload");
        require(!input.getPublicUrl().isEmpty(), "task.input.public_url", "must not be empty");
        require(false, "task.input.public_url", "no public http drive is configured");
      }
      case PATH_NOT_SET -> require(upload, "task.input.path", "is required");
    }
    if (input.hasMetadata()) {
      checkMetadata(input.getMetadata());
    }
  }

  private static void checkMetadata(InputMetadata metadata) {
    String field = "task.input.metadata.";
    notZero(true, metadata.getWidth(), field + "width");
    notZero(true, metadata.getHeight(), field + "height");
    notZero(metadata.hasFrameCount(), metadata.getFrameCount(), field + "frame_count");
    if (metadata.hasStaticFrameIndex()) {
      String index = field + "static_frame_index";
      require(metadata.hasFrameCount(), index, "needs frame_count");
      require(
          Integer.compareUnsigned(metadata.getStaticFrameIndex(), metadata.getFrameCount()) < 0,
          index,
          "must be below frame_count");
    }
  }

  private void checkOutput(Output output) {
    String field = "task.output.";
    require(output.hasDrivePath(), field + "drive_path", "is required");
    checkPath(field + "drive_path", output.getDrivePath(), PathTemplate.OUTPUT);
    if (output.hasInputReuploadPath()) {
      checkPath(
          field + "input_reupload_path", output.getInputReuploadPath(), PathTemplate.REUPLOAD);
    }
    checkFormats(output.getFormatsList());
    require(
        output.getResizeMethod() != app.seventv.model.imageprocessor.ResizeMethod.UNRECOGNIZED,
        field + "resize_method",
        "is unknown");
    require(
        output.getResizeAlgorithm()
            != app.seventv.model.imageprocessor.ResizeAlgorithm.UNRECOGNIZED,
        field + "resize_algorithm",
        "is unknown");
    checkResize(output);
    if (output.hasCrop()) {
      notZero(true, output.getCrop().getWidth(), field + "crop.width");
      notZero(true, output.getCrop().getHeight(), field + "crop.height");
    }
    checkAspect(output);
    if (output.hasAnimationConfig()) {
      checkAnimation(output.getAnimationConfig());
    }
  }

  private static void checkFormats(List<OutputFormatOptions> formats) {
    require(!formats.isEmpty(), "task.output.formats", "must not be empty");
    Set<OutputFormat> seen = EnumSet.noneOf(OutputFormat.class);
    for (int i = 0; i < formats.size(); i++) {
      String field = "task.output.formats[%d]".formatted(i);
      require(formats.get(i).getFormat() != OutputFormat.UNRECOGNIZED, field, "is unknown");
      require(seen.add(formats.get(i).getFormat()), field, "is a duplicate");
    }
  }

  private static void checkResize(Output output) {
    String field = "task.output.resize";
    switch (output.getResizeCase()) {
      case WIDTHS -> noZeros(output.getWidths().getValuesList(), field + ".widths");
      case HEIGHTS -> noZeros(output.getHeights().getValuesList(), field + ".heights");
      case SCALING -> {
        Scaling scaling = output.getScaling();
        noZeros(scaling.getScalesList(), field + ".scaling.scales");
        String base = field + ".scaling.base";
        switch (scaling.getBaseCase()) {
          case FIXED_BASE -> notZero(true, scaling.getFixedBase(), base);
          case BASE_WIDTH -> notZero(true, scaling.getBaseWidth(), base);
          case BASE_HEIGHT -> notZero(true, scaling.getBaseHeight(), base);
          case BASE_NOT_SET -> require(false, base, "is required");
        }
      }
      case RESIZE_NOT_SET -> require(false, field, "is required");
    }
  }

  private static void checkAspect(Output output) {
    double min = output.getMinAspectRatio();
    double max = output.getMaxAspectRatio();
    boolean both = output.hasMinAspectRatio() && output.hasMaxAspectRatio();
    require(
        !output.hasMinAspectRatio() || min > 0,
        "task.output.min_aspect_ratio",
        "must be greater than 0");
    require(
        !output.hasMaxAspectRatio() || max > 0,
        "task.output.max_aspect_ratio",
        "must be greater than 0");
    require(
        !both || min <= max, "task.output.min_aspect_ratio", "must not exceed max_aspect_ratio");
  }

  private static void checkAnimation(AnimationConfig animation) {
    String field = "task.output.animation_config.";
    require(
        !animation.hasLoopCount() || animation.getLoopCount() >= -1,
        field + "loop_count",
        "must be -1 or greater");
    switch (animation.getFrameRateCase()) {
      case FRAME_DURATION_MS ->
          require(
              animation.getFrameDurationMs() > 0,
              field + "frame_duration_ms",
              "must be from 1 to 2147483647");
      case FRAME_DURATIONS_MS -> {
        List<Integer> durations = animation.getFrameDurationsMs().getValuesList();
        noZeros(durations, field + "frame_durations_ms");
        require(
            durations.stream().allMatch(ms -> ms > 0),
            field + "frame_durations_ms",
            "must be from 1 to 2147483647");
      }
      case FRAME_RATE_FACTOR ->
          require(
              animation.getFrameRateFactor() > 0,
              field + "frame_rate_factor",
              "must be greater than 0");
      case FRAMERATE_NOT_SET -> {}
    }
  }

  private void checkEvents(Events events) {
    checkQueue("task.events.on_success", events.hasOnSuccess(), events.getOnSuccess());
    checkQueue("task.events.on_failure", events.hasOnFailure(), events.getOnFailure());
    checkQueue("task.events.on_cancel", events.hasOnCancel(), events.getOnCancel());
    checkQueue("task.events.on_start", events.hasOnStart(), events.getOnStart());
  }

  private void checkQueue(String field, boolean present, EventQueue queue) {
    if (present) {
      require(!queue.getName().isEmpty(), field + ".name", "must not be empty");
      require(
          queueExists.test(queue.getName()),
          field + ".name",
          "event queue '" + queue.getName() + "' does not exist");
      PathTemplate.check(field + ".topic", queue.getTopic(), PathTemplate.ID);
    }
  }

  private static void checkLimits(Limits limits) {
    String field = "task.limits.";
    notZero(
        limits.hasMaxProcessingTimeMs(),
        limits.getMaxProcessingTimeMs(),
        field + "max_processing_time_ms");
    notZero(
        limits.hasMaxInputFrameCount(),
        limits.getMaxInputFrameCount(),
        field + "max_input_frame_count");
    notZero(limits.hasMaxInputWidth(), limits.getMaxInputWidth(), field + "max_input_width");
    notZero(limits.hasMaxInputHeight(), limits.getMaxInputHeight(), field + "max_input_height");
    notZero(
        limits.hasMaxInputDurationMs(),
        limits.getMaxInputDurationMs(),
        field + "max_input_duration_ms");
  }
}
