package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An event server of its own for a benchmark, with what its figures depend on. */
final class EventServerSetup {
  private final BenchContext context;
  private final DevNats nats;
  private final int adminPort;
  private final int port;
  private String settings = "";
  private String tls = "";
  private List<String> prefix = List.of();
  private final List<String> jvmOptions = new ArrayList<>(List.of("-Xmx2g"));

  EventServerSetup(BenchContext context, DevNats nats) throws IOException {
    this.context = context;
    this.nats = nats;
    this.adminPort = FreePorts.find();
    this.port = FreePorts.find();
  }

  int port() {
    return port;
  }

  /** One loop on the core of the servers. */
  EventServerSetup onOneCore() {
    prefix = List.of("taskset", "-c", LoadTools.SERVER_CORE);
    settings += "event_loops = 1\n";
    return this;
  }

  /** Further top-level settings. */
  EventServerSetup with(String toml) {
    settings += toml + "\n";
    return this;
  }

  /** TLS with a certificate in PEM files. */
  EventServerSetup withTls(String certificate, String key) {
    tls =
        """
        [event_api.tls]
        cert = "%s"
        key = "%s"
        """
            .formatted(certificate, key);
    return this;
  }

  /** Environment of the process, as in {@code LD_PRELOAD=…}. */
  EventServerSetup withEnvironment(List<String> variables) {
    List<String> words = new ArrayList<>(List.of("env"));
    words.addAll(variables);
    words.addAll(prefix);
    prefix = words;
    return this;
  }

  EventServerSetup withJvm(List<String> options) {
    jvmOptions.addAll(options);
    return this;
  }

  ServerProcess start() throws IOException, InterruptedException {
    String toml =
        """
        metrics_bind_address = "127.0.0.1:%d"
        level = "warn"
        %s
        [nats]
        servers = ["%s"]
        [event_api]
        bind = "127.0.0.1:%d"
        %s
        """
            .formatted(adminPort, settings, nats.uri(), port, tls);
    return ServerProcess.start(
        context,
        "event-server/target/event-server.jar",
        toml,
        adminPort,
        prefix,
        jvmOptions.toArray(String[]::new));
  }
}
