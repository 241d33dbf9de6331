package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs plain blocking code behind a {@link Handler}, one (virtual) thread per request. */
@FunctionalInterface
public interface Blocking {
  /**
   * Answers a request whose body has been read; may block.
   *
   * @throws Exception mapped to a response by the server's {@link ErrorMapper}
   */
  Response handle(Request request, byte[] body) throws Exception;

  /**
   * Adapts blocking code to the event loop.
   *
   * @param executor e.g. {@code Executors.newVirtualThreadPerTaskExecutor()}
   * @param maxBodyBytes larger bodies are answered with 413
   */
  static Handler handler(Executor executor, int maxBodyBytes, Blocking code) {
    return exchange ->
        exchange.readBody(
            maxBodyBytes,
            body -> {
              byte[] bytes = takeBytes(body);
              run(
                  executor,
                  exchange,
                  () -> exchange.respond(code.handle(exchange.request(), bytes)));
            });
  }

  /** Code that answers an exchange by itself; may block. */
  @FunctionalInterface
  interface Task {
    /**
     * Answers.
     *
     * @throws Exception mapped to a response by the server's {@link ErrorMapper}
     */
    void run() throws Exception;
  }

  /**
   * Leaves the event loop to answer an exchange; a full or closed executor is answered with 503.
   */
  static void run(Executor executor, Exchange exchange, Task task) {
    try {
      executor.execute(() ->
          RequestScope.run(
              exchange.request(),
              () -> {
                try {
                  task.run();
                } catch (Throwable failure) {
                  exchange.fail(failure);
                }
              }));
    } catch (RejectedExecutionException e) {
      exchange.fail(new HttpError(503, "the server is shutting down or overloaded", e));
    }
  }

  private static byte[] takeBytes(ByteBuf body) {
    try {
      return ByteBufUtil.getBytes(body);
    } finally {
      body.release();
    }
  }
}
