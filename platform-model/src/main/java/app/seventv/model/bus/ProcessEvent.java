package app.seventv.model.bus;

import app.seventv.model.Document;
import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import java.util.Locale;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A step of image processing (data-model.md §10).
 *
 * @param code error code of a failure
 * @param message error message of a failure
 */
public record ProcessEvent(Step step, @Nullable Integer code, @Nullable String message)
    implements Document {

  /** Processing began. */
  public static final ProcessEvent START = new ProcessEvent(Step.START, null, null);

  /** Processing ended well. */
  public static final ProcessEvent SUCCESS = new ProcessEvent(Step.SUCCESS, null, null);

  /** Processing was cancelled. */
  public static final ProcessEvent CANCEL = new ProcessEvent(Step.CANCEL, null, null);

  /** Steps of processing. */
  public enum Step {
    /** Began. */
    START,
    /** Ended well. */
    SUCCESS,
    /** Cancelled. */
    CANCEL,
    /** Failed. */
    FAIL;

    private final String tag = name().toLowerCase(Locale.ROOT);
  }

  /** A failure. */
  public static ProcessEvent fail(@Nullable Integer code, @Nullable String message) {
    return new ProcessEvent(Step.FAIL, code, message);
  }

  static ProcessEvent read(DocumentReader in) {
    String kind = in.string("kind");
    return switch (kind) {
      case "start" -> START;
      case "success" -> SUCCESS;
      case "cancel" -> CANCEL;
      case "fail" -> {
        DocumentReader data = in.nestedOrEmpty("data");
        yield fail(data.int32OrNull("code"), data.stringOrNull("message"));
      }
      default -> throw in.error("kind", "unknown step of image processing");
    };
  }

  @Override
  public BsonDocument toBson() {
    DocumentWriter out = new DocumentWriter().string("kind", step.tag);
    if (step == Step.FAIL) {
      out.value(
          "data", new DocumentWriter().int32("code", code).string("message", message).build());
    }
    return out.build();
  }
}
