package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The image edge under measurement, with an origin and a bus. */
record CdnEdge(ServerProcess process, MeasuredServer server, int adminPort)
    implements AutoCloseable {
  private static final Pattern ALLOCATED =
      Pattern.compile("(?m)^jvm_allocated_bytes_total(?:\\{.*})? ([0-9.eE+]+)");

  /** Fields that every server makes for a file. */
  private static final Set<String> OF_FILES =
      Set.of(
          "accept-ranges",
          "content-length",
          "content-type",
          "date",
          "etag",
          "last-modified",
          "server");

  static CdnEdge start(BenchContext context, BenchOrigin origin, DevNats nats, String... jvmOptions)
      throws Exception {
    int port = FreePorts.find();
    int tlsPort = FreePorts.find();
    int adminPort = FreePorts.find();
    String toml =
        """
        metrics_bind_address = "127.0.0.1:%1$d"
        level = "warn"
        event_loops = 1
        [pod]
        name = "bench"
        [nats]
        servers = ["%2$s"]
        [cdn]
        bind = "127.0.0.1:%3$d"
        secure_bind = "127.0.0.1:%4$d"
        http3 = true
        allow_insecure = true
        tls = { cert = "%5$s/cert.pem", key = "%5$s/key.pem" }
        # An origin that is slow on purpose is not to be asked a second time for that.
        origin_hedge_delay = 60000
        [cdn.bucket]
        endpoint = "%6$s"
        """
            .formatted(adminPort, nats.uri(), port, tlsPort, context.work(), origin.endpoint());
    ServerProcess process =
        ServerProcess.start(
            context,
            "cdn-server/target/cdn-server.jar",
            toml,
            adminPort,
            List.of("taskset", "-c", LoadTools.SERVER_CORE),
            Stream.concat(Stream.of("-Xms256m", "-Xmx256m"), Stream.of(jvmOptions))
                .toArray(String[]::new));
    return new CdnEdge(process, process.measured("cdn", port, tlsPort), adminPort);
  }

  /** Bytes allocated on the heap since the start. */
  double allocatedBytes() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics")).build();
      String text = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      Matcher matcher = ALLOCATED.matcher(text);
      if (!matcher.find()) {
        throw new IOException("no figure of allocated bytes");
      }
      return Double.parseDouble(matcher.group(1));
    }
  }

  /**
   * The fields of an answer from memory, without those that every server makes itself for a file.
   * Rivals get them: the client's core has as much work as the server's for 20 KB, and a longer
   * head costs it a tenth of its requests, whoever sends it.
   */
  Map<String, String> fieldsOfHits() throws IOException, InterruptedException {
    URI uri = URI.create(server.url(false, false, KeyMix.MEDIUM.path(0)));
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<Void> hit =
          client.send(
              HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).build(),
              HttpResponse.BodyHandlers.discarding());
      Map<String, String> fields = new TreeMap<>();
      hit.headers().map().forEach((name, values) -> fields.put(name, String.join(", ", values)));
      OF_FILES.forEach(fields::remove);
      return fields;
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
