package io.netty.handler.ssl;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.TestCertificate;
import app.seventv.core.tls.TlsFiles;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCounted;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection that is taken out of its engine, and what is left of that. */
@NullMarked
class DetachedEngineTest {
  private static SslHandler handler(SslContextBuilder builder, EmbeddedChannel channel)
      throws Exception {
    SslHandler handler =
        builder.sslProvider(SslProvider.OPENSSL_REFCNT).build().newHandler(channel.alloc());
    channel.pipeline().addLast(handler);
    return handler;
  }

  private static boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
    boolean some = false;
    for (Object record = from.readOutbound(); record != null; record = from.readOutbound()) {
      to.writeInbound(record);
      some = true;
    }
    from.runPendingTasks();
    return some;
  }

  @Test
  void anEngineKnowsNothingOfTheConnectionThatWasTaken(@TempDir Path directory) throws Exception {
    TlsFiles files = TestCertificate.in(directory);
    EmbeddedChannel server = new EmbeddedChannel();
    EmbeddedChannel client = new EmbeddedChannel();
    SslHandler handler =
        handler(
            SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile()),
            server);
    handler(
        SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE), client);
    while (carry(client, server) || carry(server, client)) {
      // the handshake goes on
    }
    assertThat(handler.handshakeFuture().isSuccess()).isTrue();
    assertThat(DetachedEngine.isPossible(handler)).isTrue();
    ReferenceCounted context = DetachedEngine.context(handler).retain();
    ReferenceCountedOpenSslEngine engine = (ReferenceCountedOpenSslEngine) handler.engine();
    long before = engine.sslPointer();
    long taken = DetachedEngine.take(handler);
    assertThat(taken).isEqualTo(before).isNotZero();
    assertThat(engine.sslPointer()).as("what is the taker's to free").isZero();
    assertThat(DetachedEngine.take(handler)).as("taken a second time").isZero();
    server.pipeline().remove(handler);
    assertThat(engine.refCnt()).isZero();
    assertThat(SSL.getVersion(taken)).as("still alive").isEqualTo("TLSv1.3");
    SSL.freeSSL(taken);
    context.release();
    server.finishAndReleaseAll();
    client.finishAndReleaseAll();
  }
}
