package app.seventv.core.service;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What a service itself answers on the admin port, besides health and figures. */
public interface AdminEndpoint {
  /** The path, without query. */
  String path();

  /** Answers a call; not on an event loop of the service, and must not block. */
  CompletionStage<Reply> answer(Call call);

  /**
   * A request.
   *
   * @param authorization the header field; empty if there is none
   * @param body all of it, at most {@link AdminHandler#MAX_BODY_BYTES}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Call(String method, String authorization, byte[] body) {}

  /**
   * A response.
   *
   * @param fields further header fields
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Reply(int status, String contentType, byte[] body, Map<String, String> fields) {
    /** A response without further fields. */
    public Reply(int status, String contentType, byte[] body) {
      this(status, contentType, body, Map.of());
    }

    /** The same with one more field. */
    public Reply with(String name, String value) {
      Map<String, String> more = new HashMap<>(fields);
      more.put(name, value);
      return new Reply(status, contentType, body, more);
    }
  }
}
