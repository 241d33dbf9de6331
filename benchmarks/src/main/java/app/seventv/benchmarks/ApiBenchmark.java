package app.seventv.benchmarks;

import app.seventv.benchmarks.LoadTools.Load;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What most clients ask the API for: channels, emote sets, the browser extension's GraphQL. The API
 * has one core; {@code wrk} with 64 connections and the database share the other. Processor time
 * and allocated bytes are the API process's alone. Clients accept what browsers accept, so large
 * answers are compressed. Words after the name choose parts: {@code kept}, {@code change}, {@code
 * uncached}, {@code cold}.
 */
final class ApiBenchmark implements Benchmark {
  private static final int CONNECTIONS = 64;
  private static final int WARM_UP_REQUESTS = 30_000;
  private static final int MAX_WARM_UPS = 6;
  private static final Pattern ALLOCATED =
      Pattern.compile("(?m)^jvm_allocated_bytes_total(?:\\{[^}]*})? ([0-9.eE+]+)");

  /** The document that the extension sends for a channel (api-v3.md §14.1). */
  private static final String CHANNEL_QUERY =
      "query GetUserByConnection($platform: ConnectionPlatform!, $id: String!) {"
          + " user: userByConnection(platform: $platform, id: $id) { id username display_name"
          + " avatar_url style { color paint_id __typename } connections { platform emote_set_id"
          + " __typename } editors { id __typename } editor_of { id permissions __typename } roles"
          + " __typename } }";

  /** Requests of each connection, one channel after the other. */
  private static final String CHANNELS_SCRIPT =
      """
      local requests = {}
      init = function(args)
        for i = 0, %d do
          requests[i] = wrk.format(nil, "/v3/users/twitch/" .. (%d + i))
        end
      end
      local at = 0
      request = function()
        at = (at + 1) %% %d
        return requests[at]
      end
      """
          .formatted(
              ApiBenchDatabase.CHANNELS - 1, ApiBenchDatabase.FIRST_ID, ApiBenchDatabase.CHANNELS);

  private static final String GRAPHQL_SCRIPT =
      """
      wrk.headers["content-type"] = "application/json"
      local requests = {}
      init = function(args)
        for i = 0, %d do
          local body = '{"operationName":"GetUserByConnection","query":"%s",' ..
            '"variables":{"platform":"TWITCH","id":"' .. (%d + i) .. '"}}'
          requests[i] = wrk.format("POST", "/v3/gql", nil, body)
        end
      end
      local at = 0
      request = function()
        at = (at + 1) %% %d
        return requests[at]
      end
      """
          .formatted(
              ApiBenchDatabase.CHANNELS - 1,
              CHANNEL_QUERY,
              ApiBenchDatabase.FIRST_ID,
              ApiBenchDatabase.CHANNELS);

  @Override
  public String name() {
    return "api";
  }

  @Override
  public String summary() {
    return "hot reads of the v3 API on one core: channels, a set of 1,000 emotes, GraphQL";
  }

  /** A kind of request under measurement. */
  private record Case(String name, String path, @Nullable String script) {
    Case named(String other) {
      return new Case(other, path, script);
    }
  }

  private static final Case USER = new Case("v3-user", "/", CHANNELS_SCRIPT);
  private static final Case SET =
      new Case("v3-emote-set", "/v3/emote-sets/" + ApiBenchDatabase.SET, null);
  private static final Case CHANNEL = new Case("v3-gql-channel", "/", GRAPHQL_SCRIPT);

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    List<Figure> figures = new ArrayList<>();
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    Process database = database();
    try (BufferedReader lines = database.inputReader();
        DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      String ready = lines.readLine();
      if (ready == null || !ready.startsWith("ready ")) {
        throw new IOException("the database did not start: " + ready);
      }
      Backing backing = new Backing(nats.uri(), ready.substring("ready ".length()));
      if (chosen(context, "kept") || chosen(context, "change")) {
        kept(context, backing, figures);
      }
      if (chosen(context, "uncached")) {
        uncached(context, backing, figures);
      }
      if (chosen(context, "cold")) {
        cold(context, backing, figures);
      }
    } finally {
      database.destroy();
    }
    return figures;
  }

  /** Whether a word of the command line asks for this part; without words all are. */
  private static boolean chosen(BenchContext context, String part) {
    return context.arguments().isEmpty() || context.arguments().contains(part);
  }

  private static void kept(BenchContext context, Backing backing, List<Figure> figures)
      throws Exception {
    try (Api api = Api.start(context, backing, "")) {
      if (chosen(context, "kept")) {
        Load user = measure(context, api, USER, figures);
        halfLoad(context, api, user, figures);
        measure(context, api, SET, figures);
        measure(context, api, CHANNEL, figures);
      }
      if (chosen(context, "change")) {
        changes(context, api, backing, figures);
      }
    }
  }

  /** The same without whole answers, put together each time of parts in memory. */
  private static void uncached(BenchContext context, Backing backing, List<Figure> figures)
      throws Exception {
    try (Api api = Api.start(context, backing, "cache.responses_mb = 0")) {
      measure(context, api, USER.named("v3-user-uncached"), figures);
      measure(context, api, SET.named("v3-emote-set-uncached"), figures);
    }
  }

  /**
   * With nothing in memory at all, as while the database's changes do not arrive. Who asks for the
   * same at the same time shares an answer, so costs are per answer that was made.
   */
  private static void cold(BenchContext context, Backing backing, List<Figure> figures)
      throws Exception {
    try (Api api = Api.start(context, backing, "cache.max_age = \"0s\"")) {
      measure(context, api, USER.named("v3-user-cold"), figures);
      measure(context, api, SET.named("v3-emote-set-cold"), figures);
    }
  }

  private static Process database() throws IOException {
    List<String> command = new ArrayList<>(List.of("taskset", "-c", LoadTools.CLIENT_CORE));
    command.addAll(MeasuredServer.java());
    command.add("-Xmx768m"); // the last of its kind counts
    command.add(ApiBenchDatabase.class.getName());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Where the API finds the rest. */
  private record Backing(String nats, String database) {}

  /** An API under measurement, on a core of its own. */
  private record Api(ServerProcess process, int port, int adminPort) implements AutoCloseable {
    static Api start(BenchContext context, Backing backing, String settings) throws Exception {
      int port = FreePorts.find();
      int adminPort = FreePorts.find();
      String toml =
          """
          metrics_bind_address = "127.0.0.1:%d"
          level = "warn"
          event_loops = 1
          [api]
          bind = "127.0.0.1:%d"
          %s
          [jwt]
          secret = "benchmark"
          [database]
          uri = "%s"
          [nats]
          servers = ["%s"]
          """
              .formatted(adminPort, port, settings, backing.database(), backing.nats());
      ServerProcess process =
          ServerProcess.start(
              context,
              "api-server/target/api-server.jar",
              toml,
              adminPort,
              List.of("taskset", "-c", LoadTools.SERVER_CORE),
              "-Xms1g",
              "-Xmx1g",
              "-XX:MaxDirectMemorySize=512m");
      context.progress("measuring pid " + process.pid() + " " + settings);
      return new Api(process, port, adminPort);
    }

    /** Answers that were made, beside those from memory and those that were shared. */
    double made() throws IOException, InterruptedException {
      String line = process.metric("api_response_cache_total{result=\"miss\"}");
      return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    String url(String path) {
      return "http://127.0.0.1:" + port + path;
    }

    double allocatedBytes() throws IOException, InterruptedException {
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics"))
                .build();
        Matcher matcher =
            ALLOCATED.matcher(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        if (!matcher.find()) {
          throw new IOException("no figure of allocated bytes");
        }
        return Double.parseDouble(matcher.group(1));
      }
    }

    @Override
    public void close() {
      process.close();
    }
  }

  private static Load measure(BenchContext context, Api api, Case one, List<Figure> figures)
      throws IOException, InterruptedException {
    List<String> options = options(context, one, "");
    String url = api.url(one.path);
    int seconds = context.quick() ? 5 : 15;
    warmUp(url, options, seconds);
    double cpu = api.process.cpuSeconds();
    double allocated = api.allocatedBytes();
    double made = api.made();
    Load load = LoadTools.wrk(url, CONNECTIONS, seconds, options);
    double requests = one.name.endsWith("-cold") ? api.made() - made : load.requests();
    figures.add(new Figure(one.name + "-rps", Math.rint(load.requestsPerSecond()), "req/s"));
    if (requests == 0) { // there is nothing to divide by
      context.progress("%s: nothing was answered in %d s".formatted(one.name, seconds));
      return load;
    }
    figures.add(
        new Figure(
            one.name + "-cpu-us", (api.process.cpuSeconds() - cpu) * 1e6 / requests, "us/req"));
    figures.add(
        new Figure(
            one.name + "-allocated-bytes",
            Math.rint((api.allocatedBytes() - allocated) / requests),
            "B/req"));
    context.progress("%s: %.0f req/s".formatted(one.name, load.requestsPerSecond()));
    return load;
  }

  /** What it costs that a large set changes of which somebody asks for the new answer. */
  private static void changes(BenchContext context, Api api, Backing backing, List<Figure> figures)
      throws IOException, InterruptedException {
    ApiChanges changes = new ApiChanges(backing.database(), api.url(SET.path));
    int count = context.quick() ? 500 : 2000;
    changes.run(count);
    double cpu = api.process.cpuSeconds();
    double allocated = api.allocatedBytes();
    changes.run(count);
    figures.add(
        new Figure(
            "v3-emote-set-change-cpu-us",
            (api.process.cpuSeconds() - cpu) * 1e6 / count,
            "us/change"));
    figures.add(
        new Figure(
            "v3-emote-set-change-allocated-bytes",
            Math.rint((api.allocatedBytes() - allocated) / count),
            "B/change"));
  }

  /** The JIT's share, and that of the database, to which all clients come at once at first. */
  private static void warmUp(String url, List<String> options, int seconds)
      throws IOException, InterruptedException {
    long done = 0;
    for (int i = 0; i < MAX_WARM_UPS && done < WARM_UP_REQUESTS; i++) {
      done += LoadTools.wrk(url, CONNECTIONS, seconds, options).requests();
    }
  }

  /**
   * The latency that matters is that of a server which is not drowned: each connection pauses so
   * that all together ask at half of the full rate.
   */
  private static void halfLoad(BenchContext context, Api api, Load full, List<Figure> figures)
      throws IOException, InterruptedException {
    long pauseMs = Math.round(CONNECTIONS * 1000 / (full.requestsPerSecond() / 2));
    List<String> options =
        options(context, USER, "delay = function() return %d end\n".formatted(pauseMs));
    Load half = LoadTools.wrk(api.url(USER.path), CONNECTIONS, context.quick() ? 5 : 15, options);
    figures.add(new Figure(USER.name + "-p99-ms", half.p99Ms(), "ms"));
  }

  private static List<String> options(BenchContext context, Case one, String more)
      throws IOException {
    List<String> options =
        new ArrayList<>(List.of("-H", "accept-encoding: gzip, deflate, br, zstd"));
    if (one.script != null) {
      Path script = context.work().resolve(one.name + ".lua");
      Files.writeString(script, one.script + more);
      options.add("-s");
      options.add(script.toString());
    }
    return options;
  }
}
