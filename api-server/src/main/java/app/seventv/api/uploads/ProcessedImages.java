package app.seventv.api.uploads;

import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.bus.ProcessEvent;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.InputFileMetadata;
import app.seventv.model.imageprocessor.OutputFile;
import java.util.List;

/** The image processor's results in stored form. */
final class ProcessedImages {
  private ProcessedImages() {}

  /** The step that a result stands for. */
  static ProcessEvent step(EventCallback callback) {
    return switch (callback.getEventCase()) {
      case START -> new ProcessEvent(ProcessEvent.Step.START, null, null);
      case SUCCESS -> new ProcessEvent(ProcessEvent.Step.SUCCESS, null, null);
      case CANCEL -> new ProcessEvent(ProcessEvent.Step.CANCEL, null, null);
      case FAIL ->
          new ProcessEvent(
              ProcessEvent.Step.FAIL,
              callback.getFail().getError().getCodeValue(),
              callback.getFail().getError().getMessage());
      case EVENT_NOT_SET -> throw new IllegalArgumentException("callback without event");
    };
  }

  /** The images of a success. */
  static ImageSet of(EventCallback.Success success) {
    InputFileMetadata input = success.getInputMetadata();
    Image original =
        new Image(
            input.getPath().getPath(),
            input.getContentType(),
            1,
            Integer.toUnsignedLong(input.getSize()),
            input.getWidth(),
            input.getHeight(),
            input.getFrameCount());
    List<Image> outputs = success.getFilesList().stream().map(ProcessedImages::image).toList();
    return new ImageSet(new ImageSet.Processed(original), outputs);
  }

  private static Image image(OutputFile file) {
    return new Image(
        file.getPath().getPath(),
        file.getContentType(),
        file.hasScale() ? file.getScale() : 1,
        Integer.toUnsignedLong(file.getSize()),
        file.getWidth(),
        file.getHeight(),
        file.getFrameCount());
  }
}
