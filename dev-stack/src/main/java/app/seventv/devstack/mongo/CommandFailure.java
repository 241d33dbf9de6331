package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import java.util.List;

/** A command's error reply: the server's code and code name, a message and the driver's labels. */
final class CommandFailure extends RuntimeException {

  /** The driver runs the whole transaction again when it sees this label. */
  static final String TRANSIENT_TRANSACTION = "TransientTransactionError";

  /** The driver must not resume the change stream when it sees this label. */
  static final String NON_RESUMABLE = "NonResumableChangeStreamError";

  private final int code;
  private final String codeName;
  private final transient List<String> labels;

  CommandFailure(int code, String codeName, String message, String... labels) {
    super(message, null, false, false);
    this.code = code;
    this.codeName = codeName;
    this.labels = List.of(labels);
  }

  /** The gate's answer: a real server would do it, this one would do it wrongly. */
  static CommandFailure unsupported(String what) {
    return new CommandFailure(
        115,
        "CommandNotSupported",
        "embedded MongoDB backend: "
            + what
            + " is not supported; set MONGODB_URI to a real server");
  }

  /** The same error as the wrapped server raised. */
  static CommandFailure from(MongoServerException e) {
    if (e instanceof MongoServerError error) {
      String name =
          error.getCodeName() == null ? "Location" + error.getCode() : error.getCodeName();
      return new CommandFailure(error.getCode(), name, error.getMessageWithoutErrorCode());
    }
    return new CommandFailure(8, "UnknownError", e.getMessageWithoutErrorCode());
  }

  int code() {
    return code;
  }

  String codeName() {
    return codeName;
  }

  /** The reply to a failed command. */
  Document toReply() {
    Document reply =
        new Document("ok", 0.0)
            .append("errmsg", getMessage())
            .append("code", code)
            .append("codeName", codeName);
    if (!labels.isEmpty()) {
      reply.append("errorLabels", labels);
    }
    return reply;
  }

  /** The entry of a failed statement in {@code writeErrors}. */
  Document toWriteError(int index) {
    return new Document("index", index).append("code", code).append("errmsg", getMessage());
  }
}
