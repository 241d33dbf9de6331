package app.seventv.cdn;

import app.seventv.core.http.Http3Client;
import app.seventv.core.service.ServiceRuntime;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A whole edge before a {@link ScriptedOrigin}, and clients of every HTTP version. */
final class CdnFixture implements AutoCloseable {
  private static final long LIMIT_SECONDS = 30;

  /** Files that {@link #writeCertificate} makes. */
  static final String CERTIFICATE = "c.pem";

  static final String PRIVATE_KEY = "k.pem";

  private final ScriptedOrigin origin;
  private final String toml;
  private final Path certificate;
  private ServiceRuntime runtime;
  private final HttpClient plain;
  private final HttpClient secure;
  private @Nullable Http3Client http3;

  private CdnFixture(ScriptedOrigin origin, String toml, Path certificate) throws Exception {
    this.origin = origin;
    this.toml = toml;
    this.certificate = certificate;
    this.runtime = start(toml);
    this.plain = plainClient();
    this.secure = secureClient();
  }

  /** HTTP versions. */
  enum Version {
    HTTP_1_1,
    HTTP_2,
    HTTP_3;

    /** 1, 2 or 3. */
    int number() {
      return name().charAt(5) - '0';
    }
  }

  static CdnFixture start(Path directory, String moreOfCdn) throws Exception {
    return start(directory, moreOfCdn, "");
  }

  /**
   * @param moreOfCdn keys of the table {@code cdn}
   * @param more further tables
   */
  static CdnFixture start(Path directory, String moreOfCdn, String more) throws Exception {
    return start(directory, moreOfCdn, more, "nats://127.0.0.1:1");
  }

  /**
   * The same.
   *
   * @param nats address of a NATS server, which need not be there
   */
  static CdnFixture start(Path directory, String moreOfCdn, String more, String nats)
      throws Exception {
    ScriptedOrigin origin = ScriptedOrigin.start();
    writeCertificate(directory);
    Path cert = directory.resolve(CERTIFICATE);
    Path key = directory.resolve(PRIVATE_KEY);
    String toml =
        """
        event_loops = 2
        pod = { name = "test-pod", node_name = "test-node" }
        nats = { servers = ["%s"] }
        %s
        [cdn]
        bind = "127.0.0.1:0"
        secure_bind = "127.0.0.1:0"
        tls = { cert = "%s", key = "%s" }
        %s
        """
            .formatted(nats, more, cert, key, withDefaults(moreOfCdn, origin));
    return new CdnFixture(origin, toml, cert);
  }

  private static ServiceRuntime start(String toml) throws Exception {
    return ServiceRuntime.start(CdnServer.DEFINITION, CdnServer.DEFINITION.config(toml));
  }

  /** Stops the service and starts it again with the same settings. */
  void restart() throws Exception {
    restart(() -> null);
  }

  /** The same with something that happens while it is away. */
  void restart(Callable<?> meanwhile) throws Exception {
    closeHttp3();
    runtime.close();
    meanwhile.call();
    runtime = start(toml);
  }

  /** Another certificate in the files of the settings, of which the service is told. */
  X509Certificate replaceCertificate() throws Exception {
    X509Certificate made = writeCertificate(certificate.resolveSibling(""));
    runtime.service().reload();
    return made;
  }

  /** Makes a certificate and its key in a folder. */
  static X509Certificate writeCertificate(Path directory) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(CERTIFICATE), bundle.getCertificatePEM());
    Files.writeString(directory.resolve(PRIVATE_KEY), bundle.getPrivateKeyPEM());
    return bundle.getCertificate();
  }

  /**
   * Unless the settings say otherwise the plain port serves images, the bucket is the scripted one,
   * and the origin may take its time, as it does on a busy machine.
   */
  private static String withDefaults(String settings, ScriptedOrigin origin) {
    StringBuilder all = new StringBuilder(settings).append('\n');
    for (String line :
        List.of(
            "allow_insecure = true",
            "http3 = true",
            "bucket.endpoint = \"" + origin.endpoint() + "\"",
            "origin_request_timeout = 60",
            "origin_hedge_delay = 60000")) {
      String start = line.substring(0, line.indexOf('=') + 1);
      if (settings.lines().noneMatch(own -> own.strip().startsWith(start))) {
        all.append(line).append('\n');
      }
    }
    return all.toString();
  }

  ScriptedOrigin origin() {
    return origin;
  }

  ServiceRuntime runtime() {
    return runtime;
  }

  Path certificate() {
    return certificate;
  }

  int securePort() {
    return cdn().ports().getFirst();
  }

  int plainPort() {
    return cdn().ports().get(1);
  }

  private CdnServer cdn() {
    return (CdnServer) runtime.service();
  }

  /** The status of {@code POST /purge} on the admin port. */
  int purge(String secret, String body) throws Exception {
    int port = runtime.adminAddress().orElseThrow().getPort();
    HttpRequest purge =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/purge"))
            .header("authorization", "Bearer " + secret)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(LIMIT_SECONDS))
            .build();
    return plain.send(purge, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** Begins to read. */
  Reading read(Version version, String path) throws Exception {
    Reading reading = new Reading();
    if (version == Version.HTTP_3) {
      reading.ends(
          http3()
              .send("GET", path, Map.of(), new byte[0], reading::add)
              .thenApply(Http3Client.Answer::status));
    } else {
      reading.ends(
          client(version)
              .sendAsync(
                  HttpRequest.newBuilder(uri(version, path)).build(),
                  HttpResponse.BodyHandlers.ofByteArrayConsumer(
                      part -> part.ifPresent(reading::add)))
              .thenApply(HttpResponse::statusCode));
    }
    return reading;
  }

  /**
   * A connection of its own over which a request has been answered.
   *
   * @throws IOException if the server does not want it
   */
  AutoCloseable connect(Version version) throws Exception {
    if (version == Version.HTTP_3) {
      Http3Client client = connectHttp3();
      try {
        client.get("/nothing");
      } catch (IOException e) {
        client.close();
        throw e;
      }
      return client;
    }
    HttpClient client = version == Version.HTTP_1_1 ? plainClient() : secureClient();
    try {
      client.send(
          HttpRequest.newBuilder(uri(version, "/nothing"))
              .timeout(Duration.ofSeconds(LIMIT_SECONDS))
              .build(),
          HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      client.close();
      throw e;
    }
    return client;
  }

  Answer get(Version version, String path) throws Exception {
    return send(version, "GET", path, Map.of());
  }

  /** Answers to the same request over all versions, at once. */
  List<Answer> getOverEveryVersion(String path) throws Exception {
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> asked =
          Arrays.stream(Version.values())
              .map(version -> clients.submit(() -> get(version, path)))
              .toList();
      for (Future<Answer> answer : asked) {
        answers.add(answer.get());
      }
    }
    return answers;
  }

  Answer send(Version version, String method, String path, Map<String, String> headers)
      throws Exception {
    if (version == Version.HTTP_3) {
      return Answer.of(
          http3().send(method, path, headers, new byte[0]).get(LIMIT_SECONDS, TimeUnit.SECONDS));
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(version, path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(LIMIT_SECONDS));
    headers.forEach(request::header);
    return Answer.of(
        client(version)
            .sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
            .get(LIMIT_SECONDS, TimeUnit.SECONDS)); // the body has to come within it too
  }

  URI uri(Version version, String path) {
    return version == Version.HTTP_1_1
        ? URI.create("http://127.0.0.1:" + plainPort() + path)
        : URI.create("https://localhost:" + securePort() + path);
  }

  HttpClient client(Version version) {
    return version == Version.HTTP_1_1 ? plain : secure;
  }

  private synchronized Http3Client http3() throws Exception {
    Http3Client client = http3;
    if (client == null || client.isLeaving()) {
      client = connectHttp3();
      http3 = client;
    }
    return client;
  }

  /** A connection of its own. */
  Http3Client connectHttp3() throws IOException {
    return Http3Client.connect(
        runtime.loops(), new InetSocketAddress(InetAddress.getLoopbackAddress(), securePort()));
  }

  private synchronized void closeHttp3() {
    Http3Client client = http3;
    if (client != null) {
      client.close();
    }
    http3 = null;
  }

  private static HttpClient plainClient() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /** A client of HTTP/2 with a connection of its own that trusts everyone. */
  static HttpClient secureClient() throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_2)
        .sslContext(trustingContext())
        .build();
  }

  /** A TLS connection whose client offers these protocols. */
  SSLSocket connectTls(String... protocols) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            trustingContext()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), securePort());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /** TLS that trusts everyone. */
  static SSLContext trustingContext() throws Exception {
    SSLContext trusting = SSLContext.getInstance("TLS");
    trusting.init(
        null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), new SecureRandom());
    return trusting;
  }

  /** The figures by name and labels as scraped. */
  Map<String, Double> figures() throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    runtime.metrics().write(null, text);
    Map<String, Double> figures = new LinkedHashMap<>();
    text.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          figures.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
    return figures;
  }

  double figure(String name) throws Exception {
    return figures().getOrDefault(name, 0.0);
  }

  @Override
  public void close() throws IOException {
    closeHttp3();
    plain.close();
    secure.close();
    runtime.close();
    origin.close();
  }
}
