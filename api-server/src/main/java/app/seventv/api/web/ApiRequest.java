package app.seventv.api.web;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.RequestContext;
import app.seventv.core.http.Request;
import java.util.Optional;

/** What an endpoint gets: the request, and what the pipeline found out about it. */
public final class ApiRequest {
  private final Request head;
  private final byte[] body;
  private final RequestContext context;
  private final Cookies cookies;

  ApiRequest(Request head, byte[] body, RequestContext context, Cookies cookies) {
    this.head = head;
    this.body = body;
    this.context = context;
    this.cookies = cookies;
  }

  /** Method, path, query, headers. */
  public Request head() {
    return head;
  }

  /**
   * A query parameter that is {@code true} or {@code false}; empty without it.
   *
   * @throws ApiException 400 for any other value
   */
  public Optional<Boolean> flag(String name) {
    String value = head.queryParameter(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.equals("true") && !value.equals("false")) {
      throw ApiException.badRequest("invalid " + name);
    }
    return Optional.of(value.equals("true"));
  }

  /** The whole body; not copied. */
  public byte[] body() {
    return body;
  }

  /** Caller and rate limits. */
  public RequestContext context() {
    return context;
  }

  /** Received cookies and the changes made to them. */
  public Cookies cookies() {
    return cookies;
  }
}
