package app.seventv.devstack.story;

import app.seventv.devstack.Addresses;
import app.seventv.devstack.DevCertificate;
import app.seventv.devstack.Port;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the steps share: where the platform listens, an HTTP client that trusts its certificate and
 * never follows redirects, and what earlier steps have found out.
 */
public final class StoryContext implements AutoCloseable {
  /** Name of the value that holds the session token of the uploading person. */
  public static final String TOKEN = "session token";

  /** Name of the value that holds the session token of the administrator. */
  public static final String ADMIN_TOKEN = "administrator's session token";

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Addresses addresses;
  private final DevCertificate certificate;
  private final HttpClient http;
  private final Map<String, String> values = new ConcurrentHashMap<>();

  /**
   * Creates the context of one play.
   *
   * @param certificate what the platform's TLS listeners present
   */
  public StoryContext(Addresses addresses, DevCertificate certificate)
      throws IOException, GeneralSecurityException {
    this.addresses = addresses;
    this.certificate = certificate;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(REQUEST_TIMEOUT)
            .sslContext(trusting(certificate))
            .build();
  }

  /** Where everything listens. */
  public Addresses addresses() {
    return addresses;
  }

  /** The certificate of the TLS listeners. */
  public DevCertificate certificate() {
    return certificate;
  }

  /** A client for requests that the helpers here do not cover. */
  public HttpClient http() {
    return http;
  }

  /** Keeps a value, such as the id of what a step has made, for later steps. */
  public void put(String name, String value) {
    values.put(name, value);
  }

  /**
   * A value that an earlier step has left.
   *
   * @throws StoryFailure when that step failed
   */
  public String require(String name) throws StoryFailure {
    String value = values.get(name);
    if (value == null) {
      throw new StoryFailure("there is no " + name + ", an earlier step failed");
    }
    return value;
  }

  /**
   * Sends a GraphQL operation to the v4 API and returns its {@code data}.
   *
   * @throws StoryFailure with the first error's message if there is one
   */
  public JsonNode v4(String token, String query, Map<String, ?> variables)
      throws IOException, InterruptedException, StoryFailure {
    JsonNode answer = v4Answer(token, query, variables);
    JsonNode errors = answer.path("errors");
    if (!errors.isEmpty()) {
      throw new StoryFailure("v4 answered: " + errors.get(0).path("message").asString(""));
    }
    return answer.path("data");
  }

  /** As {@link #v4}, with errors and all. */
  public JsonNode v4Answer(String token, String query, Map<String, ?> variables)
      throws IOException, InterruptedException, StoryFailure {
    String body = JSON.writeValueAsString(Map.of("query", query, "variables", variables));
    return sendForJson(
        request(addresses.http(Port.API, "/v4/gql"))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        200);
  }

  /** A request with the usual timeout. */
  public HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(REQUEST_TIMEOUT);
  }

  /** Sends, and expects this status. */
  public HttpResponse<byte[]> send(HttpRequest request, int expectedStatus)
      throws IOException, InterruptedException, StoryFailure {
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() != expectedStatus) {
      throw new StoryFailure(
          request.method()
              + " "
              + request.uri().getPath()
              + " answered "
              + response.statusCode()
              + " instead of "
              + expectedStatus
              + ": "
              + new String(response.body(), StandardCharsets.UTF_8));
    }
    return response;
  }

  /** Sends, expects this status and a JSON body. */
  public JsonNode sendForJson(HttpRequest request, int expectedStatus)
      throws IOException, InterruptedException, StoryFailure {
    return JSON.readTree(send(request, expectedStatus).body());
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }

  private static SSLContext trusting(DevCertificate certificate)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("dev", certificate.read());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
