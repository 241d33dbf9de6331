package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.Executor;

/** Body of a response that is sent in parts. Usable from any thread. */
public interface ResponseStream {
  /** Queues a part, whose reference passes to the stream, without flushing. */
  void write(ByteBuf data);

  /** Pushes queued parts to the transport. */
  void flush();

  /** Queues a part and flushes. */
  default void writeAndFlush(ByteBuf data) {
    write(data);
    flush();
  }

  /**
   * Sends a part of a file with back-pressure, copied in the kernel where the transport can.
   * Nothing else may be written until it is sent. If the file cannot be read the response is
   * aborted.
   *
   * @param file whose reference passes to the stream
   * @param reader runs blocking reads, e.g. virtual threads
   * @param sent called on the loop when all of the part has been queued
   */
  void sendFile(FileBody file, long position, long count, Executor reader, Runnable sent);

  /** False while more than the high watermark of bytes waits for the client; a hint. */
  boolean isWritable();

  /** Bytes that may still be queued before {@link #isWritable} turns false. */
  long bytesBeforeUnwritable();

  /** Called on the loop whenever the stream becomes writable again; one action, last wins. */
  void onWritable(Runnable action);

  /**
   * Says that the response is nothing to a client that has ended its half of the connection, which
   * is then taken for gone: the exchange ends at once instead of with the first write that fails.
   * For streams without an end, such as server-sent events; a client that half-closes to mark the
   * end of its request (RFC 9112 §9.6) gets every other response.
   */
  void endWithClient();

  /** Completes the body. */
  void end();

  /**
   * Completes the body with trailer fields (RFC 9110 §6.5). Those that mean nothing late, such as
   * {@code content-length}, are left out.
   */
  void end(HttpHeaders trailers);

  /** Gives up: the client sees a broken response, not a complete one. */
  void abort();
}
