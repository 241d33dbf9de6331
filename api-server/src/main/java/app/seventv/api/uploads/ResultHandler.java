package app.seventv.api.uploads;

import app.seventv.model.Id;
import app.seventv.model.imageprocessor.EventCallback;
import java.util.List;

/** Takes the results of one kind of image. */
@FunctionalInterface
public interface ResultHandler {
  /**
   * Applies one result.
   *
   * @param ids what the image belongs to, as the subject names it
   * @throws IllegalStateException if that is unknown, maybe because it is not stored yet
   */
  void handle(List<Id> ids, EventCallback callback);
}
