package app.seventv.devstack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * A self-signed certificate for {@code localhost}, {@code 127.0.0.1} and {@code ::1} (ECDSA P-256),
 * as PEM files. Made once by the JDK's keytool and kept until a month before it expires.
 *
 * @param certificateFile PEM, readable by everybody
 * @param keyFile PEM (PKCS#8), readable by the owner only
 */
public record DevCertificate(Path certificateFile, Path keyFile) {
  private static final String ALIAS = "dev";
  private static final String PASSWORD = "development";
  private static final int VALID_DAYS = 365;
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);
  private static final int PEM_COLUMNS = 64;

  /**
   * The certificate in {@code folder}, made when absent or about to expire.
   *
   * @param now for the expiry
   */
  public static DevCertificate in(Path folder, Instant now)
      throws IOException, InterruptedException, GeneralSecurityException {
    Files.createDirectories(folder);
    DevCertificate files =
        new DevCertificate(
            folder.resolve("cert.pem").toAbsolutePath(),
            folder.resolve("key.pem").toAbsolutePath());
    if (!files.usableAt(now.plus(RENEW_BEFORE))) {
      files.create(folder.resolve("dev.p12").toAbsolutePath());
    }
    return files;
  }

  /** The certificate itself, for clients that shall trust it. */
  public X509Certificate read() throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(certificateFile)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private boolean usableAt(Instant time) throws IOException, GeneralSecurityException {
    return Files.exists(certificateFile)
        && Files.exists(keyFile)
        && read().getNotAfter().toInstant().isAfter(time);
  }

  private void create(Path store)
      throws IOException, InterruptedException, GeneralSecurityException {
    Files.deleteIfExists(store);
    runKeytool(store);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    Certificate certificate = keys.getCertificate(ALIAS);
    byte[] key = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    writePrivately(keyFile, pem("PRIVATE KEY", key));
    Files.writeString(certificateFile, pem("CERTIFICATE", certificate.getEncoded()));
    Files.delete(store);
  }

  private static void runKeytool(Path store) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1,ip:::1",
                    "-ext",
                    "eku=serverAuth",
                    "-validity",
                    String.valueOf(VALID_DAYS),
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + output.strip());
    }
  }

  private static void writePrivately(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    Files.createFile(
        unfinished,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(unfinished, text);
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(PEM_COLUMNS, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
