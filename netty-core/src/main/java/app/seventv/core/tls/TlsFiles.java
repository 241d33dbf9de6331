package app.seventv.core.tls;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A certificate chain and its private key on disk.
 *
 * @param certificate PEM file with the chain, leaf first
 * @param key PEM file with the PKCS#8 private key
 */
public record TlsFiles(Path certificate, Path key) {

  /** Checks that both files can be read, so that a bad path stops the start with its name. */
  public TlsFiles {
    for (Path file : List.of(certificate, key)) {
      if (!Files.isReadable(file)) {
        throw new IllegalArgumentException("TLS file cannot be read: " + file);
      }
    }
  }
}
