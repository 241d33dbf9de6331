package app.seventv.events;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/**
 * A certificate for localhost.
 *
 * @param cert its file
 * @param key file of its key
 * @param client trusts it and no other
 */
record TestTls(Path cert, Path key, SSLContext client) {
  /** Writes one, over that which is there. */
  static TestTls in(Path directory) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path cert = Files.writeString(directory.resolve("c.pem"), bundle.getCertificatePEM());
    Path key = Files.writeString(directory.resolve("k.pem"), bundle.getPrivateKeyPEM());
    SSLContext client = SSLContext.getInstance("TLS");
    client.init(null, bundle.toTrustManagerFactory().getTrustManagers(), null);
    return new TestTls(cert, key, client);
  }
}
