package app.seventv.core.content;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may read this server's answers (Fetch §3.3, "CORS"). An origin that
 * is not allowed gets answers without any of its header fields; the browser does the rest.
 */
public final class CorsPolicy {
  private static final String[] PREFLIGHT_VARY = {
    "origin", "access-control-request-method", "access-control-request-headers"
  };

  private final @Nullable Predicate<String> origins;
  private final Predicate<String> credentials;
  private final String methods;
  private final String allowedHeaders;
  private final String exposedHeaders;
  private final @Nullable String maxAgeSeconds;
  private final boolean privateNetwork;
  private final boolean everyOptions;

  private CorsPolicy(Builder from) {
    this.origins = from.origins;
    this.credentials = from.credentials;
    this.methods = from.methods;
    this.allowedHeaders = from.allowedHeaders;
    this.exposedHeaders = from.exposedHeaders;
    this.maxAgeSeconds = from.maxAgeSeconds;
    this.privateNetwork = from.privateNetwork;
    this.everyOptions = from.everyOptions;
  }

  /** A policy that allows nothing yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** Answers preflights, and adds the fields to every other answer, errors included. */
  public Handler wrap(Handler next) {
    return exchange -> {
      if (isPreflight(exchange.request())) {
        exchange.respond(preflight(exchange.request()));
      } else {
        apply(exchange);
        next.handle(exchange);
      }
    };
  }

  /** Adds the fields of an actual (not a preflight) request to its answer. */
  public void apply(Exchange exchange) {
    Request request = exchange.request();
    exchange.beforeHead((status, headers) -> apply(request, headers));
  }

  /** Whether the request is one that this policy answers by itself. */
  public boolean isPreflight(Request request) {
    return request.method().equals("OPTIONS")
        && (everyOptions
            || (request.headers().contains(HttpHeaderNames.ORIGIN)
                && request.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)));
  }

  /** Answer to a preflight: 200 without a body. */
  public Response preflight(Request request) {
    Response response = Response.of(200);
    HttpHeaders headers = response.headers();
    Vary.add(headers, PREFLIGHT_VARY);
    if (!common(request, headers)) {
      return response;
    }
    set(headers, HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, methods);
    set(headers, HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, allowedHeaders);
    if (maxAgeSeconds != null) {
      headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, maxAgeSeconds);
    }
    if (privateNetwork
        && "true".equals(request.header(HttpHeaderNames.ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK))) {
      headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, "true");
    }
    return response;
  }

  /** As {@link #apply(Exchange)}, for a head that is at hand. */
  public void apply(Request request, HttpHeaders headers) {
    if (everyOptions) {
      Vary.add(headers, PREFLIGHT_VARY);
    } else if (origins != null) {
      Vary.add(headers, "origin");
    }
    if (common(request, headers) && !exposedHeaders.isEmpty()) {
      // A handler may expose fields of its own answer, too; several lines are one list.
      headers.add(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, exposedHeaders);
    }
  }

  /** Fields of both kinds of answers; false if the origin is not allowed. */
  private boolean common(Request request, HttpHeaders headers) {
    if (origins == null) {
      headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
      return true;
    }
    String origin = request.header(HttpHeaderNames.ORIGIN);
    if (origin == null) {
      return everyOptions;
    }
    if (!origins.test(origin)) {
      return false;
    }
    headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if (credentials.test(origin)) {
      headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    return true;
  }

  private static void set(HttpHeaders headers, CharSequence name, String value) {
    if (!value.isEmpty()) {
      headers.set(name, value);
    }
  }

  /** Collects what is allowed. */
  public static final class Builder {
    private @Nullable Predicate<String> origins = origin -> false;
    private Predicate<String> credentials = origin -> false;
    private String methods = "";
    private String allowedHeaders = "";
    private String exposedHeaders = "";
    private @Nullable String maxAgeSeconds;
    private boolean privateNetwork;
    private boolean everyOptions;

    private Builder() {}

    /** Allows every page, with {@code *}: then none may send credentials. */
    public Builder anyOrigin() {
      this.origins = null;
      return this;
    }

    /** Allows pages of these origins, which are named back; see {@link Origins}. */
    public Builder origins(Predicate<String> allowed) {
      this.origins = allowed;
      return this;
    }

    /** Allows pages of these of the origins to send cookies. */
    public Builder credentials(Predicate<String> allowed) {
      this.credentials = allowed;
      return this;
    }

    /** Methods besides the simple ones, as the field names them. */
    public Builder methods(String list) {
      this.methods = list;
      return this;
    }

    /** Request fields besides the simple ones. */
    public Builder allowedHeaders(String list) {
      this.allowedHeaders = list;
      return this;
    }

    /** Response fields that scripts may read besides the simple ones. */
    public Builder exposedHeaders(String list) {
      this.exposedHeaders = list;
      return this;
    }

    /** How long a browser may remember a preflight's answer. */
    public Builder maxAge(Duration age) {
      this.maxAgeSeconds = Long.toString(age.toSeconds());
      return this;
    }

    /** Allows public pages to reach this server in a private network. */
    public Builder privateNetwork(boolean allowed) {
      this.privateNetwork = allowed;
      return this;
    }

    /**
     * Takes every {@code OPTIONS} request for a preflight, and says on every answer that it depends
     * on a preflight's fields.
     */
    public Builder everyOptionsIsPreflight() {
      this.everyOptions = true;
      return this;
    }

    /**
     * The policy.
     *
     * @throws IllegalArgumentException if credentials are allowed to {@code *}
     */
    public CorsPolicy build() {
      if (origins == null && credentials.test("https://any.example")) {
        throw new IllegalArgumentException("credentials need named origins");
      }
      return new CorsPolicy(this);
    }
  }
}
