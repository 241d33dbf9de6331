package app.seventv.benchmarks;

import java.io.IOException;
import java.util.List;

/** A self-signed certificate for servers under measurement. */
final class TestCertificates {
  private TestCertificates() {}

  /** Writes {@code key.pem} and {@code cert.pem} (P-256) into the work folder. */
  static void create(BenchContext context) throws IOException, InterruptedException {
    LoadTools.pinned(
        LoadTools.CLIENT_CORE,
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            context.work().resolve("key.pem").toString(),
            "-out",
            context.work().resolve("cert.pem").toString()));
  }
}
