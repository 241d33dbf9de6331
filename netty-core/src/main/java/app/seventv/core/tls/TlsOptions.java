package app.seventv.core.tls;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a listener does TLS: the {@code tls} option group of the services. All files are read again
 * while the server runs, see {@link TlsContexts}.
 *
 * @param certificates one per set of host names; the first answers clients that name none of them
 * @param ticketKeys file or folder with the keys of session tickets, shared by all processes that
 *     shall resume each other's sessions ({@link TicketKeys}); empty: random keys of this process
 * @param clientCa PEM file with the authorities whose client certificates are accepted
 * @param clientAuth whether clients show a certificate
 * @param checkInterval pause between two looks at the files
 */
public record TlsOptions(
    List<TlsFiles> certificates,
    Optional<Path> ticketKeys,
    Optional<Path> clientCa,
    ClientAuthMode clientAuth,
    Duration checkInterval) {
  private static final Duration DEFAULT_CHECK_INTERVAL = Duration.ofSeconds(10);

  private static final Key<Optional<Path>> CERTIFICATE =
      Key.optional("cert", ValueTypes.PATH, "Certificate chain, PEM, leaf first.");
  private static final Key<Optional<Path>> PRIVATE_KEY =
      Key.optional("key", ValueTypes.PATH, "Private key, PKCS#8 PEM.");
  private static final Key<Path> OTHER_CERTIFICATE =
      Key.required("cert", ValueTypes.PATH, "Certificate chain, PEM, leaf first.");
  private static final Key<Path> OTHER_KEY =
      Key.required("key", ValueTypes.PATH, "Private key, PKCS#8 PEM.");
  private static final Key<List<Config>> MORE_CERTIFICATES =
      Key.tables(
          "more_certificates",
          ConfigSchema.of(OTHER_CERTIFICATE, OTHER_KEY),
          "Further pairs of cert and key, chosen by the name the client asks for.");
  private static final Key<Optional<Path>> TICKET_KEYS =
      Key.optional(
          "ticket_keys",
          ValueTypes.PATH,
          "File or folder with 80-byte session ticket keys shared by processes; newest first.");
  private static final Key<Optional<Path>> CLIENT_CA =
      Key.optional("client_ca", ValueTypes.PATH, "Authorities of client certificates, PEM.");
  private static final Key<ClientAuthMode> CLIENT_AUTH =
      Key.of(
          "client_auth",
          ValueTypes.oneOf(ClientAuthMode.class),
          ClientAuthMode.OFF,
          "Whether clients show a certificate of client_ca: off, optional or required.");
  private static final Key<Duration> CHECK_INTERVAL =
      Key.duration(
          "check_interval",
          DEFAULT_CHECK_INTERVAL,
          "Pause between two looks at the files above; changes count for new connections.");

  /** Keys of the group; include it under a service's prefix. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(CERTIFICATE, PRIVATE_KEY, MORE_CERTIFICATES, TICKET_KEYS)
          .add(CLIENT_CA, CLIENT_AUTH, CHECK_INTERVAL)
          .check(TlsOptions::check)
          .checkFiles(TlsOptions::checkFiles)
          .build();

  /** Refuses what no handshake could work with. */
  public TlsOptions {
    certificates = List.copyOf(certificates);
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("TLS needs a certificate");
    }
    if (clientAuth != ClientAuthMode.OFF && clientCa.isEmpty()) {
      throw new IllegalArgumentException("client certificates need an authority");
    }
    if (checkInterval.toMillis() <= 0) {
      throw new IllegalArgumentException("check interval is no positive time: " + checkInterval);
    }
  }

  /** One certificate and everything else as usual. */
  public static TlsOptions of(TlsFiles files) {
    return new TlsOptions(
        List.of(files),
        Optional.empty(),
        Optional.empty(),
        ClientAuthMode.OFF,
        DEFAULT_CHECK_INTERVAL);
  }

  /** The same with shared ticket keys. */
  public TlsOptions withTicketKeys(Path fileOrFolder) {
    return new TlsOptions(
        certificates, Optional.of(fileOrFolder), clientCa, clientAuth, checkInterval);
  }

  /** The same with client certificates. */
  public TlsOptions withClientAuth(ClientAuthMode mode, Path authorities) {
    return new TlsOptions(certificates, ticketKeys, Optional.of(authorities), mode, checkInterval);
  }

  /** The same with another pause between two looks at the files. */
  public TlsOptions withCheckInterval(Duration interval) {
    return new TlsOptions(certificates, ticketKeys, clientCa, clientAuth, interval);
  }

  /** The same with one more certificate. */
  public TlsOptions withCertificate(TlsFiles files) {
    List<TlsFiles> all = new ArrayList<>(certificates);
    all.add(files);
    return new TlsOptions(all, ticketKeys, clientCa, clientAuth, checkInterval);
  }

  /** Whether the group names a certificate. */
  public static boolean isConfigured(Config group) {
    return group.get(CERTIFICATE).isPresent();
  }

  /**
   * The group's values, or nothing if it names no certificate.
   *
   * @throws IllegalArgumentException if a file cannot be read
   */
  public static Optional<TlsOptions> from(Config group) {
    Optional<Path> certificate = group.get(CERTIFICATE);
    Optional<Path> key = group.get(PRIVATE_KEY);
    if (certificate.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    List<TlsFiles> files = new ArrayList<>();
    files.add(new TlsFiles(certificate.get(), key.get()));
    for (Config table : group.get(MORE_CERTIFICATES)) {
      files.add(new TlsFiles(table.get(OTHER_CERTIFICATE), table.get(OTHER_KEY)));
    }
    return Optional.of(
        new TlsOptions(
            files,
            group.get(TICKET_KEYS),
            group.get(CLIENT_CA),
            group.get(CLIENT_AUTH),
            group.get(CHECK_INTERVAL)));
  }

  private static void checkFiles(Config group, ConfigCheck.Problems problems) {
    try {
      Optional<TlsOptions> options = from(group);
      if (options.isPresent()) {
        TlsMaterial.read(options.get(), null);
      }
    } catch (IOException | IllegalArgumentException e) {
      problems.add(CERTIFICATE, "cannot be used: " + e.getMessage());
    }
  }

  private static void check(Config group, ConfigCheck.Problems problems) {
    boolean certificate = group.get(CERTIFICATE).isPresent();
    boolean key = group.get(PRIVATE_KEY).isPresent();
    if (certificate != key) {
      problems.add(
          certificate ? PRIVATE_KEY : CERTIFICATE,
          "is required together with " + (certificate ? CERTIFICATE : PRIVATE_KEY).name());
    }
    if (!certificate && !group.get(MORE_CERTIFICATES).isEmpty()) {
      problems.add(MORE_CERTIFICATES, "needs " + CERTIFICATE.name());
    }
    if (group.get(CLIENT_AUTH) != ClientAuthMode.OFF && group.get(CLIENT_CA).isEmpty()) {
      problems.add(CLIENT_CA, "is required by " + CLIENT_AUTH.name());
    }
    if (group.get(CHECK_INTERVAL).toMillis() <= 0) {
      problems.add(CHECK_INTERVAL, "must be at least 1 ms");
    }
  }
}
