package app.seventv.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Wire;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** Tickets, with which clients resume their sessions, over every transport. */
@EveryTransport
@Covers(
    value = {Wire.H1_TLS},
    because = "tickets are of TLS over TCP, whichever protocol it carries")
class TicketsTest extends TlsFixture {
  /** A resumed session remembers when the first handshake was. */
  private static boolean resumes(
      SSLContext client, InetSocketAddress from, InetSocketAddress to, String version)
      throws Exception {
    SSLSession first;
    try (SSLSocket socket = TestClient.connect(client, from, null, version)) {
      TestClient.exchange(socket);
      first = socket.getSession();
    }
    long bornMs = first.getCreationTime();
    await().pollDelay(Duration.ZERO).until(() -> System.currentTimeMillis() > bornMs + 2);
    try (SSLSocket socket = TestClient.connect(client, to, null, version)) {
      TestClient.exchange(socket);
      return socket.getSession().getCreationTime() == bornMs;
    }
  }

  private Path ticketKeys(String name, byte[]... keys) throws IOException {
    Path file = directory.resolve(name);
    Files.write(file, new byte[0]);
    for (byte[] key : keys) {
      Files.write(file, key, StandardOpenOption.APPEND);
    }
    return file;
  }

  private static byte[] secret() {
    byte[] secret = new byte[TicketKeys.SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return secret;
  }

  @Test
  void serversWithTheSameTicketKeysResumeEachOthersSessions() throws Exception {
    Path shared = ticketKeys("shared", secret());
    InetSocketAddress one = tls.serve(tls.options(1).withTicketKeys(shared));
    InetSocketAddress two = tls.serveBeside(one, tls.options(1).withTicketKeys(shared));
    InetSocketAddress stranger =
        tls.serveBeside(
            one, tls.options(1).withTicketKeys(ticketKeys("other", secret(), secret())));
    InetSocketAddress random = tls.serveBeside(one, tls.options(1));
    for (String version : BOTH_VERSIONS) {
      assertThat(resumes(TestPki.clientContext(null), one, one, version)).as(version).isTrue();
      assertThat(resumes(TestPki.clientContext(null), one, two, version)).as(version).isTrue();
      assertThat(resumes(TestPki.clientContext(null), one, stranger, version)).isFalse();
      assertThat(resumes(TestPki.clientContext(null), one, random, version)).isFalse();
      assertThat(resumes(TestPki.clientContext(null), random, random, version)).isTrue();
    }
  }

  @Test
  void rotatedTicketKeysOpenOldTicketsUntilTheyAreRemoved() throws Exception {
    byte[] old = secret();
    byte[] young = secret();
    Path folder = Files.createDirectory(directory.resolve("rotated"));
    Files.write(folder.resolve("2026-01-01.key"), old);
    HttpServer server = tls.serve(tls.options(1).withTicketKeys(folder), HttpLimits.DEFAULT);
    InetSocketAddress after = server.addresses().getFirst();
    InetSocketAddress before =
        tls.serveBeside(after, tls.options(1).withTicketKeys(ticketKeys("old", old)));
    InetSocketAddress onlyYoung =
        tls.serveBeside(after, tls.options(1).withTicketKeys(ticketKeys("young", young)));
    Files.write(folder.resolve(".new"), young);
    Files.move(
        folder.resolve(".new"), folder.resolve("2026-01-02.key"), StandardCopyOption.ATOMIC_MOVE);
    server.reloadCertificates();
    assertThat(resumes(TestPki.clientContext(null), before, after, "TLSv1.3")).isTrue();
    assertThat(resumes(TestPki.clientContext(null), after, onlyYoung, "TLSv1.3")).isTrue();
    Files.delete(folder.resolve("2026-01-01.key"));
    server.reloadCertificates();
    assertThat(resumes(TestPki.clientContext(null), before, after, "TLSv1.3")).isFalse();
    Files.write(folder.resolve("2026-01-03.key"), new byte[81]);
    assertThatThrownBy(server::reloadCertificates).hasMessageContaining("2026-01-03.key");
    assertThat(resumes(TestPki.clientContext(null), onlyYoung, after, "TLSv1.3")).isTrue();
  }

  @Test
  void ticketsOfAnOpenListenerDoNotReplaceAClientCertificate() throws Exception {
    Path shared = ticketKeys("keys", secret());
    X509Bundle authority = TestPki.authority("edge");
    Path authorities =
        Files.writeString(directory.resolve("edge.crt"), authority.getCertificatePEM());
    InetSocketAddress open = tls.serve(tls.options(1).withTicketKeys(shared));
    InetSocketAddress guarded =
        tls.serveBeside(
            open,
            tls.options(1)
                .withTicketKeys(shared)
                .withClientAuth(ClientAuthMode.REQUIRED, authorities));
    for (String version : BOTH_VERSIONS) {
      assertThatThrownBy(() -> resumes(TestPki.clientContext(null), open, guarded, version))
          .isInstanceOf(IOException.class);
      SSLContext edge = TestPki.clientContext(TestPki.client(authority));
      assertThat(resumes(edge, guarded, guarded, version)).as(version).isTrue();
    }
  }
}
