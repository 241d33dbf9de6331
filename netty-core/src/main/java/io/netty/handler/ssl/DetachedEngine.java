package io.netty.handler.ssl;

import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCounted;
import io.netty.util.concurrent.Promise;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Takes BoringSSL's connection out of Netty's engine, which is nine times as large as what an idle
 * connection needs of it and frees the connection together with itself. What it takes to part them
 * is private; hence this class in Netty's package. See docs/decisions/0020.
 */
public final class DetachedEngine {
  /** Whether the engine has let go of its connection; null if this Netty calls it otherwise. */
  private static final VarHandle DESTROYED = field("destroyed", boolean.class);

  /** The connection, and the engine's end of it, which whoever takes the connection replaces. */
  private static final VarHandle CONNECTION = field("ssl", long.class);

  private static final VarHandle NETWORK = field("networkBIO", long.class);

  private DetachedEngine() {}

  private static VarHandle field(String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(
              ReferenceCountedOpenSslEngine.class, MethodHandles.lookup())
          .findVarHandle(ReferenceCountedOpenSslEngine.class, name, type);
    } catch (ReflectiveOperationException anotherNetty) {
      return null;
    }
  }

  /** Whether the handler's connection can be taken once its handshake is over. */
  public static boolean isPossible(SslHandler handler) {
    return DESTROYED != null
        && CONNECTION != null
        && NETWORK != null
        && handler.engine() instanceof ReferenceCountedOpenSslEngine;
  }

  /**
   * Takes the connection, an {@code SSL*}, which belongs to the caller from now on: the handler may
   * be removed and its engine released. Nothing may be on its way from the engine to the peer.
   *
   * <p>The engine is left as Netty leaves one that has been shut down: it knows no address any more
   * that the caller may have freed, {@link ReferenceCountedOpenSslEngine#sslPointer} included.
   *
   * @return the connection, or 0 if one side has ended it
   */
  public static long take(SslHandler handler) {
    var engine = (ReferenceCountedOpenSslEngine) handler.engine();
    synchronized (engine) {
      long ssl = engine.refCnt() == 0 ? 0 : engine.sslPointer();
      if (ssl == 0 || SSL.isInInit(ssl) != 0 || SSL.getShutdown(ssl) != 0) {
        return 0;
      }
      contextOf(engine).engines.remove(ssl);
      DESTROYED.setVolatile(engine, true);
      CONNECTION.set(engine, 0L);
      NETWORK.set(engine, 0L);
      if (handler.sslCloseFuture() instanceof Promise<?> closed) {
        closed.trySuccess(null); // else the handler's removal makes an exception for it
      }
      return ssl;
    }
  }

  /** The context that must live as long as the handler's connection does. */
  public static ReferenceCounted context(SslHandler handler) {
    return contextOf((ReferenceCountedOpenSslEngine) handler.engine());
  }

  private static ReferenceCountedOpenSslContext contextOf(ReferenceCountedOpenSslEngine engine) {
    return ((OpenSslSessionContext) engine.getSession().getSessionContext()).context;
  }
}
