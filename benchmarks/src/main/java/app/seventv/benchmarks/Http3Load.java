package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load client of {@code src/main/c/h3load.c}, compiled for this run. */
final class Http3Load {
  private static final Pattern REPORT = Pattern.compile("requests (\\d+) seconds ([0-9.]+) ");

  /** Libraries of Debian: QUIC, its cryptography, QPACK, TLS. */
  private static final List<String> LIBRARIES =
      List.of("-lngtcp2", "-lngtcp2_crypto_gnutls", "-lnghttp3", "-lgnutls");

  private final Path program;

  private Http3Load(Path program) {
    this.program = program;
  }

  /**
   * How the client takes packets.
   *
   * @param packetsPerAck of so many that have come at once, one acknowledgement
   * @param bursts whether the kernel hands bursts over whole (UDP_GRO) or packet by packet
   */
  record Client(int packetsPerAck, boolean bursts) {
    /** As Chromium acknowledges, and as little of the client as can be on the server's account. */
    static final Client USUAL = new Client(10, true);

    /** The same, with each packet cut out and delivered on the server's account. */
    static final Client WITHOUT_BURSTS = new Client(10, false);
  }

  static Http3Load compile(BenchContext context) throws IOException, InterruptedException {
    Path program = context.work().resolve("h3load");
    Path source = context.root().resolve("benchmarks/src/main/c/h3load.c");
    List<String> words = new ArrayList<>(List.of("cc", "-O2", "-o"));
    words.addAll(List.of(program.toString(), source.toString()));
    words.addAll(LIBRARIES);
    LoadTools.pinned(LoadTools.CLIENT_CORE, words);
    return new Http3Load(program);
  }

  /** Puts requests of one path on a server; fails if an answer is not 200 with a body. */
  LoadTools.Load run(
      MeasuredServer server, Client client, String path, int connections, int streams, int requests)
      throws IOException, InterruptedException {
    String report =
        LoadTools.pinned(
            LoadTools.CLIENT_CORE,
            List.of(
                program.toString(),
                Integer.toString(server.tlsPort()),
                Integer.toString(connections),
                Integer.toString(streams),
                Integer.toString(requests),
                Integer.toString(client.packetsPerAck()),
                client.bursts() ? "1" : "0",
                path));
    Matcher matcher = REPORT.matcher(report);
    if (!matcher.find()) {
      throw new IOException("h3load says: " + report);
    }
    long answered = Long.parseLong(matcher.group(1));
    double seconds = Double.parseDouble(matcher.group(2));
    return new LoadTools.Load(answered / seconds, answered, Double.NaN);
  }
}
